#!/usr/bin/env -S node --max-semi-space-size=32
const refuse = (message, code) => {
  process.stderr.write(`opencts: ${message}\n`);
  process.exit(code);
};

const { openFilesLimit } = await import('../dist/open-files.js').catch(() =>
  refuse("the program is not built: run 'npm ci' and 'npm run build'", 2),
);
const limit = openFilesLimit();
try {
  await import('../dist/main.js');
} catch (error) {
  // Loading opens hundreds of files at once; what cannot be opened is said to be missing.
  if (limit < 512)
    refuse(
      `this process may have only ${limit} files open: raise the limit to 1024 or more (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of Docker)`,
      2,
    );
  refuse(error.stack, 1);
}
