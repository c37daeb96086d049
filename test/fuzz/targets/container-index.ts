import { decodeContainerIndex } from '../../../src/format/container/index-decode.js';
import { encodeContainerIndex } from '../../../src/format/container/index-encode.js';
import { INDEX_TRAILER_BYTES } from '../../../src/format/frame-index/fields.js';
import { deflateJson, inflateJson } from '../../../src/layout/deflate.js';
import { concatBytes, utf8 } from '../../support/bytes.js';
import { checksum } from '../decode-product.js';
import { Finding, type FuzzTarget, outcomeOf } from '../target.js';
import { trailerOf } from '../trailer.js';

const JSONS = ['{}', '{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', `{${' '.repeat(3000)}}`].map(
  utf8,
);

/** The document in a container's metadata, under a trailer that is right for it. */
export const containerIndex: FuzzTarget = {
  name: 'container-index',
  corpus: () =>
    JSONS.flatMap((originalJson, i) => {
      const index = { originalBytes: 8 + originalJson.length, originalJson, checksums: [1n, 2n].slice(0, i) };
      return [index, { ...index, sha256: 'ab'.repeat(32) }].map((each) => {
        const encoded = Buffer.from(
          [...encodeContainerIndex(each, deflateJson(originalJson), checksum)].join(''),
          'base64',
        );
        return Uint8Array.from(encoded.subarray(0, -INDEX_TRAILER_BYTES));
      });
    }),
  run(document) {
    const sealed = concatBytes(document, trailerOf(document));
    return outcomeOf(
      () => {
        const index = decodeContainerIndex(Buffer.from(sealed).toString('base64'), checksum);
        return { ...index, originalJson: inflateJson(index.deflatedJson, index.headerBytes) };
      },
      ({ originalBytes, originalJson, checksums }) => {
        if (!Number.isSafeInteger(originalBytes) || originalBytes < 0)
          throw new Finding(`${originalBytes} bytes`);
        if (originalJson.length > 1100 * document.length)
          throw new Finding(`a header of ${originalJson.length} bytes`);
        if (8 * checksums.length > document.length) throw new Finding(`${checksums.length} checksums`);
      },
    );
  },
};
