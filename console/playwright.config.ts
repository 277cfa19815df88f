// Journeys: Debian's Chromium against the real service with real guests (`cargo xtask journeys`).
import { defineConfig } from '@playwright/test';

const output = process.env.COFFER_RIG_OUTPUT ?? 'test-results';

export default defineConfig({
  testDir: 'journeys',
  outputDir: `${output}/traces`,
  // One stage with three servers: journeys follow each other.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  // Guests that are shut down and started again take their time on a busy machine.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // A broken stage breaks everything: say so soon.
  maxFailures: 8,
  reporter: [['list']],
  use: {
    baseURL: process.env.COFFER_ENDPOINT ?? 'http://127.0.0.1:8776',
    viewport: { width: 1280, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // It copies the page at every step, which costs more than the step; a failed journey's last
    // picture is kept all the same.
    trace: process.env.COFFER_RIG_TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
