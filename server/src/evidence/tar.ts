import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createTarPacker } from 'modern-tar';

/** A file of an archive. */
export interface TarEntry {
  path: string;
  size: number;
  /** Epoch ms. */
  modified: number;
  body: Buffer | Readable;
}

/** Files as one tar (POSIX), made as it is read. When one of them fails, or is not as long as it says, it breaks off. */
export function tarOf(entries: AsyncIterable<TarEntry>): Readable {
  const { readable, controller } = createTarPacker();
  const fill = async () => {
    for await (const { path: name, size, modified, body } of entries) {
      const sink = controller.add({ name, size, mtime: new Date(modified) }).getWriter();
      if (body instanceof Readable) for await (const chunk of body) await sink.write(chunk);
      else await sink.write(body);
      await sink.close();
    }
    controller.finalize();
  };
  fill().catch((error) => controller.error(error));
  return Readable.fromWeb(readable as ReadableStream);
}
