import type { AssistantBehaviour } from '../assistant/assistant-behaviour.ts';

/** The reply to a throttled call; `retryAfter`, in seconds, becomes a `Retry-After` header. */
export interface ThrottleShape {
  readonly status: 429 | 400 | 403 | 503;
  readonly code: string;
  readonly retryAfter?: number;
}

/**
 * Switches for what is not publicly known about the live service. The number in brackets refers to the list of
 * unknowns:
 * 1 statuses after acceptance, 2 stopped instances, 3 when the image shows, 4 codes of refusals, 5 clientToken,
 * 6 body of the reply, 7 throttling, 8 clock, 9 session token, 10 user data and defaults, 11 empty strings,
 * 12 what else a rebuild changes, 13 password rule, 14 unknown ids in a list, 16 tags of images, 19 load balancers.
 * (15, 17 and 18 concern permissions, regions and bearer keys, which the emulator does not have. It emulates only the
 * API of 19: without traffic it cannot show whether open connections are closed.)
 */
export interface Behaviour extends Conditions, AssistantBehaviour {
  /** [1] How long after acceptance the old status is still shown, in ms. */
  readonly staleRunningMs: number;
  /** [1] Statuses shown between start and end, each equally long; none: the old status is shown throughout. */
  readonly statuses: readonly string[];
  /** [1] How long the work takes, in ms. */
  readonly rebuildMs: number;
  /** [1] How much `rebuildMs` varies between instances; 0.5 means from half to one and a half times. */
  readonly rebuildSpread: number;
  /** [3] When imageId, imageName and the OS fields change. */
  readonly imageIdFlips: 'accept' | 'start' | 'end';
  /** [12] What the API shows of the new system disk. */
  readonly diskReplaced: 'newId' | 'newCreateTime' | 'unchanged';
  /** [12] When the system disk changes. The snapshots of the old disk are deleted at the same time. */
  readonly diskChanges: 'accept' | 'start' | 'end';
  /** [12] The status of the system disk during the rebuild. */
  readonly diskStatusDuringRebuild: 'InUse' | 'Creating';
  /** [2] A rebuild of a stopped instance. */
  readonly stoppedInstance: 'endsRunning' | 'endsStopped' | 'refused';
  /** [6] The body of the reply to a rebuild: empty, or `{}`. */
  readonly rebuildReply: 'empty' | 'object';
  /** [6] Whether that reply has a Content-Type. */
  readonly rebuildReplyContentType: boolean;
  /**
   * [4] A rebuild of an instance that is busy: 409, or queued, or queued only while the old `Running` is still shown
   * and 409 after that.
   */
  readonly secondRebuild: 'refused' | 'queued' | 'whileRunning';
  /** [4] Whether refusals of a rebuild have specific codes, or all are `BadRequest` 400. */
  readonly refusals: 'specific' | 'badRequest';
  /** [4] A rebuild from Linux to Windows or the reverse. */
  readonly osChange: 'allowed' | 'refused';
  /**
   * [4] One invalid id in a batch: none is rebuilt; or all others are rebuilt and the call succeeds; or those before it
   * are rebuilt and the call is refused.
   */
  readonly batchWithBadId: 'none' | 'others' | 'refusedInPart';
  /** [5] What `?clientToken=` does on a rebuild. */
  readonly clientTokenOnRebuild: 'ignored' | 'honoured' | 'rejected';
  /** [5] Whether creating an image needs a clientToken (page jjwvynviw: yes; schema: not listed). */
  readonly clientTokenOnImage: 'optional' | 'required';
  /** [7] The shape of a throttled answer. */
  readonly throttle: ThrottleShape;
  /** [7] Maximum number of calls in any second; 0: no limit. */
  readonly callsPerSecond: number;
  /** [8] How far a caller's clock may be ahead, in ms. The expiry of the signature limits how far behind. */
  readonly clockToleranceMs: number;
  /** [8] The refusal of a clock outside that range. */
  readonly skewReply: 'RequestExpired400' | 'RequestTimeTooSkewed403';
  /** [9] A session token in a header that is not signed. */
  readonly unsignedToken: 'accepted' | 'refused';
  /** [9] The refusal of a wrong or expired session token. */
  readonly tokenRefusal:
    | 'SignatureDoesNotMatch400'
    | 'InvalidAccessKeyId403'
    | 'InvalidHTTPAuthHeader400'
    | 'AccessDenied403'
    | 'RequestExpired400';
  /** [9] A password that is encrypted with the secret key of temporary credentials. */
  readonly passwordWithToken: 'accepted' | 'refused';
  /** [10] Whether a rebuild takes userData as plain text or base64. Reading it gives base64 either way. */
  readonly userDataEncoding: 'plain' | 'base64';
  /** [10] Whether a rebuild that does not mention user data keeps the old one. */
  readonly useLastUserDataDefault: boolean;
  /** [10] Which one takes precedence if useLastUserData and cleanLastUserData are both true. */
  readonly userDataPrecedence: 'cleanLast' | 'useLast';
  /** [10] The default of isOpenHostEye; only the record of the rebuild shows it. */
  readonly isOpenHostEyeDefault: boolean;
  /** [11] `""` and `null` for absent values. */
  readonly emptyStrings: 'tolerated' | 'refused';
  /** [12] The old key pair after a rebuild with a password. */
  readonly keypairAfterPassword: 'kept' | 'cleared';
  /** [12] A password and a key pair in one rebuild, which the Java SDK sends. */
  readonly passwordWithKeypair: 'keypairWins' | 'passwordWins' | 'refused';
  /** [4] In which statuses a password can be changed (the page contradicts itself). */
  readonly changePassWhen: 'runningOrStopped' | 'stopped';
  /** [6] The body of the reply to a reboot; bce-sdk-go fails on an empty one. */
  readonly rebootReply: 'object' | 'empty';
  /** [12] The hostname after a rebuild: the old one, or the default of a new system, its id. */
  readonly hostnameAfterRebuild: 'kept' | 'reset';
  /** [12] The tags after a rebuild. */
  readonly tagsAfterRebuild: 'kept' | 'dropped';
  /** [4] A rebuild of an instance with deletion protection (page 0kstrzyz9 mentions only the release). */
  readonly protectedInstance: 'rebuilt' | 'refused';
  /** [13] The rule that a password must meet. */
  readonly passwordRule: 'newest' | 'oldEnglish' | 'terraform';
  /** [13] A ciphertext in upper-case hex, which no SDK produces. */
  readonly upperCaseHex: 'accepted' | 'refused';
  /** [14] Unknown ids in a list call. */
  readonly unknownIdsInList: 'dropped' | 'error';
  /** [14] A list with instanceNames and fuzzyInstanceName: refused, or one of them is used, or both are. */
  readonly bothNameFilters: 'refused' | 'exact' | 'fuzzy' | 'both';
  /** [16] `tags` of an instance without tags. */
  readonly emptyTags: 'list' | 'absent' | 'null';
  /** [16] Whether lists of instances show tags. */
  readonly listTags: boolean;
  /** [16] Whether images show tags. */
  readonly imagesCarryTags: boolean;
  /** [1] How long Starting and Stopping last, in ms. */
  readonly powerMs: number;
  /** [1] How long the creation of an image takes, in ms. */
  readonly imageMs: number;
  /** [1] Whether an instance shows ImageProcessing while an image of it is created. */
  readonly imageShowsProcessing: boolean;
  /** [19] How long reads still show the old weight of a member, in ms; the new one is in force at once. */
  readonly weightShowsMs: number;
  /** [19] The statuses of a healthy and an unhealthy member. */
  readonly memberHealth: 'Alive/Dead' | 'alive/dead' | 'normal/abnormal';
  /** [19] How long after a change a balancer refuses another one (409 LastOperationNotFinished), in ms. */
  readonly blbBusyMs: number;
}

/** Conditions that can occur with any behaviour; a client must tolerate all of them. */
export interface Conditions {
  /** How long after the start the keys are still unknown, in ms, as temporary ones may be in another region. */
  readonly keysKnownAfterMs: number;
  /** When a session token expires, in ms after the start; 0: never. Without effect unless there is a token. */
  readonly sessionEndsAfterMs: number;
  /** Number of replicas that reply to reads, each with its own lag. */
  readonly replicas: number;
  /** The lag of the slowest replica, in ms; 0: none lags. The first of three has a third of it. */
  readonly replicaLagMs: number;
  /** Whether a replica is chosen for each call or for each connection. */
  readonly replicaFor: 'call' | 'connection';
  /** The interval of a snapshot policy for each system disk, in ms from the start; 0: no snapshots. */
  readonly snapshotEveryMs: number;
  /** How long a snapshot takes, in ms. */
  readonly snapshotMs: number;
  /** Whether an instance shows SnapshotProcessing meanwhile. It is busy either way, and a rebuild must wait. */
  readonly snapshotShowsProcessing: boolean;
}
