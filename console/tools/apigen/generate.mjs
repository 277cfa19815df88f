// Generates src/api/schema.d.ts from the server's OpenAPI document. With --check it only compares
// and fails when the committed file is not what the document gives.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../../../crates/server/tests/golden/openapi.json', import.meta.url);
const output = new URL('../../src/api/schema.d.ts', import.meta.url);
const head = '// Generated from the OpenAPI document by `npm run types`. Do not edit.\n\n';

// The document's operation ids are unique per tag only; the types go by path, so they are left out.
const description = JSON.parse(readFileSync(document, 'utf8'));
for (const path of Object.values(description.paths)) {
  for (const operation of Object.values(path)) delete operation.operationId;
}
const text = head + astToString(await openapiTS(description));
if (process.argv.includes('--check')) {
  if (readFileSync(output, 'utf8') !== text) {
    console.error('src/api/schema.d.ts is not what the OpenAPI document gives: run `npm run types`.');
    process.exit(1);
  }
} else {
  writeFileSync(output, text);
}
