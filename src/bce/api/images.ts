import type { Image, ImageFilter, ImageSpec } from '../../core/model/image.ts';
import { pathOf, queryOf } from '../signed-request.ts';
import { decodeImage, decodeImageId, decodeImageReply, decodePage, type Page } from './decode.ts';
import { type Operation, read, shortBody } from './operation.ts';
import { sameId } from './same-id.ts';

/** `GET /v2/image/{id}` (BCC page Ajwvynu5r). */
export function getImage(id: string): Operation<Image> {
  return {
    ...read,
    name: 'GetImage',
    target: id,
    path: pathOf('v2', 'image', id),
    maxBodyBytes: shortBody,
    decode: (json) => sameId(decodeImageReply(json), id)
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
export function createImage({
  imageName,
  instanceId,
  clientToken
}: ImageSpec): Operation<{ readonly imageId: string }> {
  return {
    kind: 'write',
    repeatable: true,
    method: 'POST',
    name: 'CreateImage',
    target: instanceId,
    path: '/v2/image',
    query: { clientToken },
    body: JSON.stringify({ imageName, instanceId }),
    decode: (json) => ({ imageId: decodeImageId(json) })
  };
}

/** `DELETE /v2/image/{id}` (BCC page Sjwvynt2u): as its id names one image for good, a repetition can hit no other. */
export function deleteImage(id: string): Operation<undefined> {
  return {
    kind: 'write',
    repeatable: true,
    doneAfterLoss: 'notFound',
    method: 'DELETE',
    name: 'DeleteImage',
    target: id,
    path: pathOf('v2', 'image', id),
    query: {},
    decode: () => undefined
  };
}
