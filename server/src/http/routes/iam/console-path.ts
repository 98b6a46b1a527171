const CONSOLE = '/console/';
const HOST = 'http://console.invalid';
/** An address is decoded this often at most; one that still changes is none of ours. */
const MOST_LAYERS = 4;

/**
 * A page of the console by path and query, as a browser would ask for it: an open redirect would lend the
 * service's name to strangers.
 * @returns undefined when it is anything else, in whichever spelling
 */
export function consolePage(address: string): string | undefined {
  const [path = ''] = address.split('?');
  let spelled = path;
  for (let layer = 0; ; layer++) {
    if (!isPlain(spelled)) return undefined;
    const decoded = decode(spelled);
    if (decoded === undefined || (decoded !== spelled && layer === MOST_LAYERS)) return undefined;
    if (decoded === spelled) break;
    spelled = decoded;
  }
  if (!/^[\x21-\x7e]*$/.test(address) || /[\\#]/.test(address) || !URL.canParse(address, HOST))
    return undefined;
  const { origin, pathname, search } = new URL(address, HOST);
  return origin === HOST && isPlain(pathname) ? `${pathname}${search}` : undefined;
}

/** Under the console, without a way out: no steps up, no empty steps, nothing that browsers read as a slash or drop. */
function isPlain(path: string): boolean {
  return (
    path.startsWith(CONSOLE) && !/\/\/|\\|[\0-\x20\x7f-\uffff]/.test(path) && !/\/\.{1,2}(;|\/|$)/.test(path)
  );
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
