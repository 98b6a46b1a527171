import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** A style sheet in the head keeps a slow line from showing anything; at the end it keeps only the program waiting. */
const stylesLast: Plugin = {
  name: 'styles-last',
  transformIndexHtml: {
    order: 'post',
    handler(html) {
      const links = html.match(/^\s*<link rel="stylesheet"[^>]*>\n/gm) ?? [];
      const without = links.reduce((text, link) => text.replace(link, ''), html);
      return without.replace('</body>', `${links.join('')}  </body>`);
    },
  },
};

export default defineConfig({
  base: '/console/',
  plugins: [react(), stylesLast],
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
