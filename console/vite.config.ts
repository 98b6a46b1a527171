import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    // Everything is served as a file: the Content-Security-Policy allows no inline script.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    modulePreload: { polyfill: false },
  },
  // A running service, for `npm run dev`.
  server: {
    proxy: Object.fromEntries(
      ['/v3', '/v2', '/oidc', '/session'].map((path) => [
        path,
        process.env.OPENCTS_URL ?? 'http://127.0.0.1:8780',
      ]),
    ),
  },
});
