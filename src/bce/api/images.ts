import type { Image, ImageFilter, ImageSpec } from '../../core/model/image.ts';
import { pathOf, queryOf } from '../signed-request.ts';
import { callOn } from './check-arguments.ts';
import { decodeImage, decodePage, oneOf, type Page } from './decode.ts';
import { record, requiredWord } from './json-fields.ts';
import { type Operation, read, shortBody } from './operation.ts';

/** `GET /v2/image/{id}` (BCC page Ajwvynu5r). */
export function getImage(id: string): Operation<Image> {
  return {
    ...read,
    ...callOn('GetImage', id),
    path: pathOf('v2', 'image', id),
    maxBodyBytes: shortBody,
    decode: (json) => oneOf(decodeImage(record(json, 'answer')['image']), [id])
  };
}

/** One page of `GET /v2/image` (BCC page Ajwvynu5r), as long as the service makes it: a thousand images. */
export function listImages({ imageType, imageName }: ImageFilter, marker?: string): Operation<Page<Image>> {
  return {
    ...read,
    name: 'ListImages',
    path: '/v2/image',
    query: queryOf({ imageType, imageName, marker }),
    decode: (json) => decodePage(json, 'images', decodeImage)
  };
}

/** `POST /v2/image` (BCC page jjwvynviw), which the client token makes safe to repeat. */
export function createImage(spec: ImageSpec): Operation<{ readonly imageId: string }> {
  const { imageName, instanceId, clientToken } = spec;
  return {
    kind: 'write',
    repeatable: true,
    method: 'POST',
    ...callOn('CreateImage', instanceId),
    path: '/v2/image',
    query: { clientToken },
    body: JSON.stringify({ imageName, instanceId }),
    decode: (json) => ({ imageId: requiredWord(record(json, 'answer'), 'imageId') })
  };
}

/** `DELETE /v2/image/{id}` (BCC page Sjwvynt2u): as its id names one image for good, a repetition can hit no other. */
export function deleteImage(id: string): Operation<undefined> {
  return {
    kind: 'write',
    repeatable: true,
    doneAfterLoss: 'notFound',
    method: 'DELETE',
    ...callOn('DeleteImage', id),
    path: pathOf('v2', 'image', id),
    query: {},
    decode: () => undefined
  };
}
