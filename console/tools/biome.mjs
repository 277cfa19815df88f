// Runs Biome's executable. Not by way of its package `@biomejs/biome`: that names executables of
// eight further platforms, and `npm ci` wants every one of them in the registry.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const program = createRequire(import.meta.url).resolve(`@biomejs/cli-linux-${process.arch}/biome`);
const { status } = spawnSync(program, process.argv.slice(2), { stdio: 'inherit' });
process.exit(status ?? 1);
