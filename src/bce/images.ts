import type { Image } from '../core/model/image.ts';
import { decodeImage, decodeImageId, decodeImageReply, decodePage, type Page } from './decode.ts';
import { type Operation, read } from './operation.ts';
import { pathOf, queryOf } from './request.ts';

/** Which images to list; what is missing or empty does not filter. */
export interface ImageFilter {
  /** `System`, `Custom`, `Sharing` and so on; without it the service lists all. */
  readonly imageType?: string;
  /** A part of the name: the service does not look for whole names. */
  readonly imageName?: string;
}

/** What image to make of which instance. */
export interface ImageOrder {
  /** 1 to 65 characters, the first one a letter. */
  readonly imageName: string;
  /** Running or stopped; its system disk becomes the image. */
  readonly instanceId: string;
  /** One for each image that is wanted: the service knows a repetition by it, for 24 hours. */
  readonly clientToken: string;
}

/** An image that the service has begun to make; it can be used once it is `Available`. */
export interface CreatedImage {
  readonly imageId: string;
  /** Empty where the service gave none. */
  readonly requestId: string;
}

/** `GET /v2/image/{id}` (BCC page Ajwvynu5r). */
export function getImage(id: string): Operation<Image> {
  return { ...read, name: 'GetImage', target: id, path: pathOf('v2', 'image', id), decode: decodeImageReply };
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
export function createImage({ imageName, instanceId, clientToken }: ImageOrder): Operation<CreatedImage> {
  return {
    kind: 'write',
    repeatable: true,
    method: 'POST',
    name: 'CreateImage',
    target: instanceId,
    path: '/v2/image',
    query: { clientToken },
    body: JSON.stringify({ imageName, instanceId }),
    decode: (json, requestId) => ({ imageId: decodeImageId(json), requestId })
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
