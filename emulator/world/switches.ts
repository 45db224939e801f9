import type { AssistantBehaviour } from '../assistant/assistant-behaviour.ts';

/** How a refused flood looks on the wire; `retryAfter` in seconds becomes a `Retry-After` header. */
export interface ThrottleShape {
  readonly status: 429 | 400 | 403 | 503;
  readonly code: string;
  readonly retryAfter?: number;
}

/**
 * What nobody outside knows about the live service, as switches.
 * The number in brackets is the question in the list of unknowns that a switch stands for:
 * 1 statuses after acceptance, 2 stopped instances, 3 when the image shows, 4 codes of refusals, 5 clientToken,
 * 6 body of the reply, 7 throttling, 8 clock, 9 session token, 10 user data and defaults, 11 empty strings,
 * 12 what else a rebuild changes, 13 password rule, 14 unknown ids in a list, 16 tags of images, 19 load balancers.
 * (15, 17 and 18 concern permissions, regions and bearer keys, none of which is played here. Of 19 only the API is
 * played: there is no traffic, so nothing tells whether open connections are closed.)
 */
export interface Behaviour extends Conditions, AssistantBehaviour {
  /** [1] For how many ms after acceptance the old status is still shown. */
  readonly staleRunningMs: number;
  /** [1] Statuses shown between start and end, in equal shares; none means that the old status never leaves. */
  readonly statuses: readonly string[];
  /** [1] From the start of the work to its end, in ms. */
  readonly rebuildMs: number;
  /** [1] By how much that differs between instances, as a part of it: with 0.5 it is from half to one and a half. */
  readonly rebuildSpread: number;
  /** [3] When imageId, imageName and the os fields change. */
  readonly imageIdFlips: 'accept' | 'start' | 'end';
  /** [12] What becomes of the record of the system disk. */
  readonly diskReplaced: 'newId' | 'newCreateTime' | 'unchanged';
  /** [12] When it does. The snapshots of the old disk vanish at the same time. */
  readonly diskChanges: 'accept' | 'start' | 'end';
  /** [12] The system disk's status until the rebuild ends. */
  readonly diskStatusDuringRebuild: 'InUse' | 'Creating';
  /** [2] What a rebuild does with an instance that is stopped. */
  readonly stoppedInstance: 'endsRunning' | 'endsStopped' | 'refused';
  /** [6] Body of the answer to a rebuild: none at all, or `{}`. */
  readonly rebuildReply: 'empty' | 'object';
  /** [6] Whether that answer carries a Content-Type. */
  readonly rebuildReplyContentType: boolean;
  /**
   * [4] A rebuild of an instance that is already changing: 409, or carried out afterwards; or carried out afterwards
   * only while the old `Running` is still shown, and 409 once the status has changed.
   */
  readonly secondRebuild: 'refused' | 'queued' | 'whileRunning';
  /** [4] Whether refusals of a rebuild bear telling codes, or all are `BadRequest` 400. */
  readonly refusals: 'specific' | 'badRequest';
  /** [4] Linux onto Windows or the reverse. */
  readonly osChange: 'allowed' | 'refused';
  /**
   * [4] One bad id in a batch: nothing is done; or all the others go on and the reply tells nothing; or those before it
   * go on, and the reply is the refusal of the bad one.
   */
  readonly batchWithBadId: 'none' | 'others' | 'refusedInPart';
  /** [5] What `?clientToken=` does on a rebuild. */
  readonly clientTokenOnRebuild: 'ignored' | 'honoured' | 'rejected';
  /** [5] Whether creating an image needs a clientToken (page jjwvynviw: yes; schema: not listed). */
  readonly clientTokenOnImage: 'optional' | 'required';
  /** [7] The shape of a throttled answer. */
  readonly throttle: ThrottleShape;
  /** [7] How many calls are answered within any second; 0 means that there is no limit. */
  readonly callsPerSecond: number;
  /** [8] How far ahead, in ms, a caller's clock may be. How far behind is the signature's own expiry. */
  readonly clockToleranceMs: number;
  /** [8] What a clock outside of that gets. */
  readonly skewReply: 'RequestExpired400' | 'RequestTimeTooSkewed403';
  /** [9] A session token that is sent, but not signed. */
  readonly unsignedToken: 'accepted' | 'refused';
  /** [9] How a session token is refused that is wrong, or whose session has ended. */
  readonly tokenRefusal:
    | 'SignatureDoesNotMatch400'
    | 'InvalidAccessKeyId403'
    | 'InvalidHTTPAuthHeader400'
    | 'AccessDenied403'
    | 'RequestExpired400';
  /** [9] With temporary credentials: a password that is encrypted with the temporary secret key, the only one there is. */
  readonly passwordWithToken: 'accepted' | 'refused';
  /** [10] Whether userData in a rebuild is plain text or base64 (reading it back gives base64 either way). */
  readonly userDataEncoding: 'plain' | 'base64';
  /** [10] What a rebuild without any word about user data does with the old script. */
  readonly useLastUserDataDefault: boolean;
  /** [10] Which one wins when useLastUserData and cleanLastUserData are both true. */
  readonly userDataPrecedence: 'cleanLast' | 'useLast';
  /** [10] What an absent isOpenHostEye means; shows in the record of the rebuild only. */
  readonly isOpenHostEyeDefault: boolean;
  /** [11] `""` and `null` for what is not meant. */
  readonly emptyStrings: 'tolerated' | 'refused';
  /** [12] The old key pair after a rebuild with a password. */
  readonly keypairAfterPassword: 'kept' | 'cleared';
  /** [12] A password and a key pair in one rebuild, as the Java SDK sends them. */
  readonly passwordWithKeypair: 'keypairWins' | 'passwordWins' | 'refused';
  /** [4] In which statuses a password can be changed (the page's table and its prose differ). */
  readonly changePassWhen: 'runningOrStopped' | 'stopped';
  /** [6] Body of the answer to a reboot; bce-sdk-go fails on an empty one. */
  readonly rebootReply: 'object' | 'empty';
  /** [12] The hostname after a rebuild: as before, or the one that a new system gets by itself, its id. */
  readonly hostnameAfterRebuild: 'kept' | 'reset';
  /** [12] The tags after a rebuild. */
  readonly tagsAfterRebuild: 'kept' | 'dropped';
  /** [4] A rebuild of an instance with deletion protection (page 0kstrzyz9 speaks of the release alone). */
  readonly protectedInstance: 'rebuilt' | 'refused';
  /** [13] The rule that a password must meet. */
  readonly passwordRule: 'newest' | 'oldEnglish' | 'terraform';
  /** [13] A ciphertext in upper-case hex, which no SDK produces. */
  readonly upperCaseHex: 'accepted' | 'refused';
  /** [14] Ids in a list call that do not exist. */
  readonly unknownIdsInList: 'dropped' | 'error';
  /** [14] A list with instanceNames and fuzzyInstanceName: refused, or one of them counts, or both do. */
  readonly bothNameFilters: 'refused' | 'exact' | 'fuzzy' | 'both';
  /** [16] How an instance without tags shows them. */
  readonly emptyTags: 'list' | 'absent' | 'null';
  /** [16] Whether lists of instances carry their tags. */
  readonly listTags: boolean;
  /** [16] Whether images carry their tags. */
  readonly imagesCarryTags: boolean;
  /** [1] From Starting to Running, and from Stopping to Stopped, in ms. */
  readonly powerMs: number;
  /** [1] From Creating to Available, in ms. */
  readonly imageMs: number;
  /** [1] Whether an instance shows ImageProcessing while an image is made of it. */
  readonly imageShowsProcessing: boolean;
  /** [19] For how many ms reads still show the old weight of a member; the new one is in force at once. */
  readonly weightShowsMs: number;
  /** [19] The words for the health of a member behind a listener: good and bad. */
  readonly memberHealth: 'Alive/Dead' | 'alive/dead' | 'normal/abnormal';
  /** [19] For how many ms after a change a balancer refuses another one (409 LastOperationNotFinished). */
  readonly blbBusyMs: number;
}

/** What a service may be going through, whichever way it behaves: a client has to bear every one of these. */
export interface Conditions {
  /** For how many ms after the start the keys are still unknown, as temporary ones may be in another region; 0: none. */
  readonly keysKnownAfterMs: number;
  /** When the session of a token ends, in ms after the start; 0: never. Has no meaning without a token. */
  readonly sessionEndsAfterMs: number;
  /** How many copies of the world answer reads, each with a delay of its own. */
  readonly replicas: number;
  /** How far behind the slowest replica is, in ms; the first of three is a third of that behind. 0: none lags. */
  readonly replicaLagMs: number;
  /** Who gets which replica: every call anew, or every connection one for its life. */
  readonly replicaFor: 'call' | 'connection';
  /** How often a snapshot policy takes a snapshot of each system disk, in ms, from the start on; 0: never. */
  readonly snapshotEveryMs: number;
  /** How long that takes. */
  readonly snapshotMs: number;
  /** Whether an instance shows SnapshotProcessing meanwhile. Either way it is busy, and a rebuild has to wait. */
  readonly snapshotShowsProcessing: boolean;
}
