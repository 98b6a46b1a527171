import { applied } from './mask-edits.ts';
import { SecretNames } from './mask-names.ts';
import { Steps } from './mask-steps.ts';
import { idSecrets, surface, textSecrets } from './mask-text.ts';

/**
 * How far before its end the beginning of a text is not shown: what makes something a secret can be what comes behind
 * it, as the `@` behind a password in a URL. Of JSON, which a name can follow anywhere, more is thought of.
 */
const UNSURE = 16 * 1024;

/**
 * Masks secrets in texts of traces. What is JSON in a text, whole or cut off, is read by its tokens, and so are
 * JSON texts in its strings; anything else is searched for names that a value follows, as it stands and as it reads
 * below its escapes. What is no secret stays as it is, character by character: the text is evidence and is not
 * written anew. JSON stays JSON. The work grows with the length of the text, whatever it holds, and what it is
 * below has a bound for all texts of a trace together ({@link Steps}).
 */
export class Masker {
  private readonly names: SecretNames;
  private readonly sources = new Map<string, Masker>();

  /**
   * @param names that stand for secrets, besides the common ones; `*name`: all that end with it; `source:name`,
   * `source:*name`: in traces of that source only
   */
  constructor(names: readonly string[] = []) {
    const given = names
      .map((name) => name.split(':'))
      .map((parts) => ({ name: parts.pop() as string, source: parts[0] }));
    const common = given.filter(({ source }) => source === undefined).map(({ name }) => name);
    this.names = new SecretNames(common);
    for (const source of new Set(given.map((one) => one.source))) {
      if (source === undefined) continue;
      const own = given.filter((one) => one.source === source).map(({ name }) => name);
      this.sources.set(source, new Masker([...common, ...own]));
    }
  }

  /** The one for traces of a source, which can have names of its own. */
  of(source: string): Masker {
    return this.sources.get(source) ?? this;
  }

  /**
   * Whether a line of JSON needs no closer look: no text in it holds a secret, and none half of a surrogate pair.
   * Where it does need one, there need be nothing.
   */
  acquits(line: string): boolean {
    return this.names.acquits(line);
  }

  /** The same of a line in UTF-8. */
  acquitsBytes(line: Buffer): boolean {
    return this.names.acquitsBytes(line);
  }

  /** A text of any kind. */
  text(text: string, steps = new Steps()): string {
    if (!this.names.suspects(text)) return text;
    return applied(text, textSecrets(text, this.names, surface(steps)));
  }

  /** What is sure of the first `length` characters of a text that is longer; JSON breaks off. */
  beginning(text: string, length: number, steps = new Steps()): string {
    const seen = text.slice(0, length);
    const sure = wholeCharacters(seen, length - UNSURE);
    if (!this.names.suspects(text)) return seen.slice(0, sure);
    const edits = textSecrets(seen, this.names, surface(steps, true));
    return applied(seen, [...edits, { start: sure, end: length, text: '' }]);
  }

  /** A name or an id: only what a URL in it carries is masked. */
  id(text: string, steps = new Steps()): string {
    if (!this.names.suspects(text)) return text;
    return applied(text, idSecrets(text, this.names, surface(steps)));
  }
}

/** The place, or the one before within a pair of surrogates. */
const wholeCharacters = (text: string, place: number) =>
  /[\ud800-\udbff]/.test(text[place - 1] ?? '') ? place - 1 : place;
