// Turns the service's OpenAPI document (standard input) into TypeScript types (standard output).
import { text } from 'node:stream/consumers';
import openapi, { astToString } from 'openapi-typescript';

const document = JSON.parse(await text(process.stdin));
process.stdout.write(
  `// Generated from the service's OpenAPI document by \`npm run api\`; not to be edited.\n${astToString(await openapi(document, { defaultNonNullable: false }))}`,
);
