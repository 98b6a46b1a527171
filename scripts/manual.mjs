// Makes web pages of the documentation, which the service hands out beside its console.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Marked } from 'marked';
import { gfmHeadingId } from 'marked-gfm-heading-id';

const INDEX = 'README.md';
const pageOf = (file) => file.replace(/README\.md$/, 'index.html').replace(/\.md$/, '.html');
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
/** Addresses of elsewhere, with a scheme or within the page. */
const isElsewhere = (href) => /^(?:[a-z]+:|#)/.test(href);

/** @param source folder of Markdown @param target folder of the pages; what was there is replaced */
export function buildManual(source, target) {
  rmSync(target, { recursive: true, force: true });
  const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.md'));
  const known = new Set(files);
  for (const file of files) {
    const here = path.dirname(file);
    const text = readFileSync(path.join(source, file), 'utf8');
    const title = /^# (.+)$/m.exec(text)?.[1] ?? file;
    const page = path.join(target, pageOf(file));
    mkdirSync(path.dirname(page), { recursive: true });
    const marked = new Marked(gfmHeadingId(), {
      // A block that scrolls can be reached by the keyboard.
      renderer: { code: ({ text }) => `<pre tabindex="0"><code>${escaped(text)}\n</code></pre>\n` },
      walkTokens(token) {
        if ((token.type !== 'link' && token.type !== 'image') || isElsewhere(token.href)) return;
        const [href = '', anchor] = token.href.split('#');
        let there = path.join(here, href);
        if (token.type === 'image') {
          const copy = path.join(target, there);
          mkdirSync(path.dirname(copy), { recursive: true });
          copyFileSync(path.join(source, there), copy);
          return;
        }
        if (there.endsWith('/')) there += INDEX;
        // What lies outside of the folder is not on this machine's pages.
        if (!known.has(there)) {
          token.href = path.relative(here, 'index.html');
          return;
        }
        token.href = path.relative(here, pageOf(there)) + (anchor === undefined ? '' : `#${anchor}`);
      },
    });
    const up = path.relative(here, '') || '.';
    const [main, style] = [`${up}/index.html`, `${up}/manual.css`];
    const home = file === INDEX ? '' : `<nav><a href="${main}">OpenCTS documentation</a></nav>\n`;
    writeFileSync(
      page,
      `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} – OpenCTS</title>
<link rel="icon" type="image/svg+xml" href="/console/favicon.svg">
<link rel="stylesheet" href="${style}">
</head>
<body>
${home}<main>
${marked.parse(text)}</main>
</body>
</html>
`,
    );
  }
  copyFileSync(path.join(import.meta.dirname, 'manual.css'), path.join(target, 'manual.css'));
}
