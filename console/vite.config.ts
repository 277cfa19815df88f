import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Every file of the build is served from /console/ under a policy without inline scripts or
// styles: nothing may be inlined, and every asset carries its hash in the name.
// Where `npm run dev` finds a running service.
const server = 'http://127.0.0.1:8776';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // One small sheet; the order of its layers is said in public/layers.css.
    cssCodeSplit: false,
  },
  server: {
    proxy: {
      '/coffer': server,
      '/v3': server,
      '/openapi.json': server,
    },
  },
});
