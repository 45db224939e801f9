export const id = 771;
export const ids = [771];
export const modules = {

/***/ 9771:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createProbe: () => (/* binding */ createProbe)
});

// EXTERNAL MODULE: ./core/model/failure.js
var failure = __webpack_require__(5437);
// EXTERNAL MODULE: ./core/without-undefined.js
var without_undefined = __webpack_require__(1512);
// EXTERNAL MODULE: ./core/health/unhealthy.js + 1 modules
var unhealthy = __webpack_require__(4864);
;// CONCATENATED MODULE: ./health/probe-failure.js

class ProbeFailure extends Error {
    reason;
    constructor(reason, options) {
        super(reason.kind, options);
        this.name = 'ProbeFailure';
        this.reason = reason;
    }
}
function protocolFailure(message, options) {
    return new ProbeFailure({ kind: 'protocol', message: (0,unhealthy/* printable */.g$)(message) }, options);
}
const kinds = new Map([
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'unreachable'],
    ['EHOSTDOWN', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['ENETDOWN', 'unreachable'],
    ['EADDRNOTAVAIL', 'unreachable'],
    ['EACCES', 'unreachable'],
    ['EPERM', 'unreachable'],
    ['ETIMEDOUT', 'unreachable'],
    ['ECONNRESET', 'reset'],
    ['ECONNABORTED', 'reset'],
    ['EPIPE', 'reset'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'reset'],
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['EAI_FAIL', 'dns'],
    ['EAI_NODATA', 'dns']
]);
function reasonOf(error, stage) {
    if (error instanceof ProbeFailure)
        return error.reason;
    const code = codeOf(error);
    switch (kinds.get(code)) {
        case 'refused':
            return { kind: 'refused' };
        case 'unreachable':
            return { kind: 'unreachable', code };
        case 'reset':
            return { kind: 'reset', stage };
        case 'dns':
            return { kind: 'dns', code };
        default:
            return { kind: 'protocol', message: (0,unhealthy/* printable */.g$)(textOf(error, 'message') || String(error)) };
    }
}
function codeOf(error) {
    const errors = Object(error).errors;
    return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : textOf(error, 'code');
}
function textOf(error, name) {
    const value = Object(error)[name];
    return typeof value === 'string' ? value : '';
}

;// CONCATENATED MODULE: ./health/probe-attempt.js



async function attemptProbe({ signal, timeoutMs }, work) {
    if (signal.aborted)
        throw new failure/* CancelledError */.cc('cancelled before a probe');
    const controller = new AbortController();
    let stage = 'connect';
    let isLate = false;
    const timer = setTimeout(() => {
        isLate = true;
        controller.abort();
    }, timeoutMs);
    const onAbort = () => controller.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    const enter = (next) => {
        stage = next;
    };
    try {
        return {
            healthy: true,
            ...(0,without_undefined/* withoutUndefined */.r)({ hostKey: await work({ signal: controller.signal, enter }) })
        };
    }
    catch (error) {
        if (signal.aborted)
            throw new failure/* CancelledError */.cc('cancelled during a probe', { cause: error });
        if (isLate)
            return { healthy: false, reason: { kind: 'timedOut', stage, timeoutMs } };
        return { healthy: false, reason: reasonOf(error, stage) };
    }
    finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
    }
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
var external_node_http_namespaceObject = /*#__PURE__*/__webpack_require__.t(external_node_http_, 2);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
var external_node_https_namespaceObject = /*#__PURE__*/__webpack_require__.t(external_node_https_, 2);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
;// CONCATENATED MODULE: ./health/probe-http.js





const maxBodyBytes = 1024 * 1024;
async function probeHttp(check, attempt, trust) {
    const module = check.kind === 'https' ? external_node_https_namespaceObject : external_node_http_namespaceObject;
    const request = module.request({
        host: check.host,
        port: check.port,
        path: check.path,
        method: 'GET',
        agent: false,
        signal: attempt.signal,
        headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'rebuild-bcc-instance' },
        ...trust
    });
    let closed;
    request.once('socket', (socket) => {
        closed = new Promise((resolve) => socket.once('close', () => resolve()));
        socket.once('connect', () => attempt.enter(check.kind === 'https' ? 'tls' : 'answer'));
        socket.once('secureConnect', () => attempt.enter('answer'));
    });
    try {
        const response = await answered(request);
        await judge(check, response, attempt);
    }
    finally {
        request.destroy();
        await closed;
    }
}
function answered(request) {
    return new Promise((resolve, reject) => {
        request.once('response', resolve);
        request.on('error', (error) => reject(certificateFailure(request, error) ?? error));
        request.end();
    });
}
function certificateFailure(request, error) {
    const { socket } = request;
    if (!(socket instanceof external_node_tls_.TLSSocket) || !socket.authorizationError)
        return undefined;
    const message = (0,unhealthy/* printable */.g$)(error.message.replace(/; if the root CA.*$/s, ''));
    return new ProbeFailure({ kind: 'certificate', message }, { cause: error });
}
async function judge(check, response, attempt) {
    response.on('error', () => undefined);
    const status = response.statusCode ?? 0;
    if (!check.statuses.some(({ from, to }) => from <= status && status <= to)) {
        throw new ProbeFailure({ kind: 'status', status, wanted: check.statuses });
    }
    if (check.body === undefined)
        return;
    attempt.enter('body');
    if (!(await contains(response, Buffer.from(check.body)))) {
        throw new ProbeFailure({ kind: 'body', wanted: check.body });
    }
}
async function contains(response, wanted) {
    let tail = Buffer.alloc(0);
    let read = 0;
    for await (const chunk of response) {
        const bytes = chunk;
        const seen = Buffer.concat([tail, bytes]);
        if (seen.includes(wanted))
            return true;
        read += bytes.length;
        if (read > maxBodyBytes)
            return false;
        tail = seen.subarray(Math.max(0, seen.length - wanted.length + 1));
    }
    return false;
}

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
;// CONCATENATED MODULE: ./health/socket.js


async function withConnection(host, port, attempt, work) {
    const socket = (0,external_node_net_.connect)({ host, port, noDelay: true });
    const closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    const onAbort = () => {
        socket.destroy(new Error('the attempt was given up'));
    };
    attempt.signal.addEventListener('abort', onAbort, { once: true });
    try {
        await connected(socket);
        const value = await work(socket);
        socket.resume();
        socket.destroySoon();
        await closed;
        return value;
    }
    finally {
        socket.destroy();
        await closed;
        attempt.signal.removeEventListener('abort', onAbort);
    }
}
function connected(socket) {
    return new Promise((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
        socket.once('close', () => reject(new ProbeFailure({ kind: 'reset', stage: 'connect' })));
    });
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./health/ssh/wire.js

const message = {
    disconnect: 1,
    ignore: 2,
    debug: 4,
    kexInit: 20,
    kexEcdhInit: 30,
    kexEcdhReply: 31
};
const maxPacketBytes = 35_000;
const blockBytes = 8;
const minPaddingBytes = 4;
class WireReader {
    #bytes;
    #at = 0;
    constructor(bytes) {
        this.#bytes = bytes;
    }
    take(count) {
        const end = this.#at + count;
        if (end > this.#bytes.length)
            throw protocolFailure('an SSH message is shorter than it says');
        const taken = this.#bytes.subarray(this.#at, end);
        this.#at = end;
        return taken;
    }
    byte() {
        return this.take(1).readUInt8();
    }
    uint32() {
        return this.take(4).readUInt32BE();
    }
    string() {
        return this.take(this.uint32());
    }
    text() {
        return this.string().toString('latin1');
    }
    nameList() {
        const text = this.text();
        return text === '' ? [] : text.split(',');
    }
    get isAtEnd() {
        return this.#at === this.#bytes.length;
    }
    unsigned() {
        const bytes = this.string();
        if (((bytes[0] ?? 0) & 0x80) !== 0)
            throw protocolFailure('an SSH number is negative');
        return withoutZeros(bytes);
    }
}
function uint32(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
}
function string(value) {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
    return Buffer.concat([uint32(bytes.length), bytes]);
}
function nameList(names) {
    return string(names.join(','));
}
function mpint(value) {
    const bytes = withoutZeros(value);
    const isHigh = ((bytes[0] ?? 0) & 0x80) !== 0;
    return string(isHigh ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}
function packet(payload) {
    const used = 5 + payload.length;
    const toBlock = blockBytes - (used % blockBytes);
    const padding = toBlock < minPaddingBytes ? toBlock + blockBytes : toBlock;
    const length = 1 + payload.length + padding;
    return Buffer.concat([uint32(length), Buffer.of(padding), payload, Buffer.alloc(padding)]);
}
function payloadOf(body) {
    const padding = body.readUInt8();
    const end = body.length - padding;
    if (padding < minPaddingBytes || end <= 1)
        throw protocolFailure('an SSH packet has a wrong padding');
    return body.subarray(1, end);
}
function withoutZeros(bytes) {
    const first = bytes.findIndex((byte) => byte !== 0);
    return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}

;// CONCATENATED MODULE: ./health/ssh/host-key.js



const keyTypes = [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'ssh-rsa'
];
const curves = new Map([
    ['ecdsa-sha2-nistp256', { crv: 'P-256', bytes: 32, hash: 'sha256' }],
    ['ecdsa-sha2-nistp384', { crv: 'P-384', bytes: 48, hash: 'sha384' }],
    ['ecdsa-sha2-nistp521', { crv: 'P-521', bytes: 66, hash: 'sha512' }]
]);
const rsaHashes = new Map([
    ['rsa-sha2-512', 'sha512'],
    ['rsa-sha2-256', 'sha256']
]);
function signaturesOf(type) {
    return type === 'ssh-rsa' ? [...rsaHashes.keys()] : [type];
}
function provenKey(type, algorithm, blob, signature, data) {
    const signed = new WireReader(signature);
    if (signed.text() !== algorithm)
        throw protocolFailure('the SSH server signed in another way than agreed');
    const bytes = signed.string();
    let isProven;
    try {
        isProven = isSignedBy(type, algorithm, blob, bytes, data);
    }
    catch (cause) {
        throw protocolFailure('the SSH server sent a host key or a signature that is malformed', { cause });
    }
    if (!isProven)
        throw protocolFailure('the SSH server did not prove that the host key is its own');
    return { algorithm: type, key: blob.toString('base64') };
}
function fingerprint(key) {
    const digest = (0,external_node_crypto_.createHash)('sha256').update(Buffer.from(key.key, 'base64')).digest('base64');
    return `SHA256:${digest.replace(/=+$/, '')}`;
}
function isSignedBy(type, algorithm, blob, signature, data) {
    const reader = new WireReader(blob);
    const curve = curves.get(type);
    const isType = reader.text() === type;
    const jwk = curve !== undefined ? ecdsaKey(reader, curve) : type === 'ssh-rsa' ? rsaKey(reader) : ed25519Key(reader);
    if (!isType || !reader.isAtEnd)
        throw protocolFailure('the host key is not of the agreed form');
    const key = (0,external_node_crypto_.createPublicKey)({ format: 'jwk', key: jwk });
    if (curve === undefined)
        return (0,external_node_crypto_.verify)(rsaHashes.get(algorithm) ?? null, data, key, signature);
    const pair = new WireReader(signature);
    const raw = Buffer.concat([pad(pair.unsigned(), curve.bytes), pad(pair.unsigned(), curve.bytes)]);
    return (0,external_node_crypto_.verify)(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' }, raw);
}
function ed25519Key(reader) {
    return { kty: 'OKP', crv: 'Ed25519', x: reader.string().toString('base64url') };
}
function ecdsaKey(reader, { crv, bytes }) {
    const name = reader.text();
    const point = reader.string();
    const isPlain = point.length === 1 + 2 * bytes && point[0] === 4;
    if (!isPlain || name !== crv.replace('P-', 'nistp'))
        throw protocolFailure('an unusual form of a point');
    const x = point.subarray(1, 1 + bytes).toString('base64url');
    const y = point.subarray(1 + bytes).toString('base64url');
    return { kty: 'EC', crv, x, y };
}
function rsaKey(reader) {
    const e = reader.unsigned().toString('base64url');
    const n = reader.unsigned().toString('base64url');
    return { kty: 'RSA', n, e };
}
function pad(bytes, length) {
    if (bytes.length > length)
        throw protocolFailure('a part of a signature is too long');
    return Buffer.concat([Buffer.alloc(length - bytes.length), bytes]);
}

;// CONCATENATED MODULE: ./health/ssh/kex.js




const identification = 'SSH-2.0-rebuild_bcc_instance';
const methods = ['curve25519-sha256', 'curve25519-sha256@libssh.org'];
async function receiveHostKey(stream, theirs, types) {
    stream.write(`${identification}\r\n`);
    const theirInit = await stream.payload();
    const offer = readOffer(theirInit);
    const method = methods.find((name) => offer.kex.includes(name));
    if (method === undefined)
        throw new ProbeFailure({ kind: 'noCommonKex', offered: offer.kex });
    const algorithmOf = (type) => signaturesOf(type).find((name) => offer.hostKeys.includes(name));
    const present = types.filter((type) => algorithmOf(type) !== undefined);
    const [type = ''] = present;
    const algorithm = algorithmOf(type);
    if (algorithm === undefined)
        throw new ProbeFailure({ kind: 'noHostKey', offered: offer.hostKeys });
    const ourInit = initOf(method, algorithm, offer);
    const { privateKey, publicKey } = (0,external_node_crypto_.generateKeyPairSync)('x25519');
    const ourPoint = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    stream.send(ourInit);
    stream.send(Buffer.concat([Buffer.of(message.kexEcdhInit), string(ourPoint)]));
    if (offer.guessed && offer.kex[0] !== method)
        await stream.payload();
    const reply = new WireReader(await stream.payload());
    if (reply.byte() !== message.kexEcdhReply)
        throw protocolFailure('the SSH server did not show its host key');
    const blob = reply.string();
    const theirPoint = reply.string();
    const signature = reply.string();
    const secret = agree(privateKey, theirPoint);
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for (const part of [identification, theirs, ourInit, theirInit, blob, ourPoint, theirPoint]) {
        hash.update(string(part));
    }
    const data = hash.update(mpint(secret)).digest();
    return { hostKey: provenKey(type, algorithm, blob, signature, data), types: present };
}
function readOffer(payload) {
    const reader = new WireReader(payload);
    if (reader.byte() !== message.kexInit)
        throw protocolFailure('the SSH server did not begin with its offer');
    reader.take(16);
    const kex = reader.nameList();
    const hostKeys = reader.nameList();
    const others = Array.from({ length: 6 }, () => reader.nameList());
    reader.nameList();
    reader.nameList();
    return { kex, hostKeys, others, guessed: reader.byte() !== 0 };
}
function initOf(method, algorithm, offer) {
    return Buffer.concat([
        Buffer.of(message.kexInit),
        (0,external_node_crypto_.randomBytes)(16),
        nameList([method]),
        nameList([algorithm]),
        ...offer.others.map(nameList),
        nameList([]),
        nameList([]),
        Buffer.of(0),
        uint32(0)
    ]);
}
function agree(privateKey, point) {
    try {
        const x = point.toString('base64url');
        const publicKey = (0,external_node_crypto_.createPublicKey)({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x } });
        return (0,external_node_crypto_.diffieHellman)({ privateKey, publicKey });
    }
    catch (cause) {
        throw protocolFailure('the SSH server sent an unusable key for the exchange', { cause });
    }
}

;// CONCATENATED MODULE: ./health/ssh/stream.js



const maxGreetingBytes = 32 * 1024;
const maxLineBytes = 8 * 1024;
class SshStream {
    #socket;
    #chunks;
    #buffered = Buffer.alloc(0);
    constructor(socket) {
        this.#socket = socket;
        this.#chunks = socket[Symbol.asyncIterator]();
    }
    async identification() {
        let said = '';
        for (let read = 0; read <= maxGreetingBytes;) {
            const line = await this.#line();
            if (line === undefined)
                break;
            if (line.startsWith('SSH-'))
                return line;
            read += line.length + 1;
            said ||= line;
        }
        throw new ProbeFailure({
            kind: 'noBanner',
            said: (0,unhealthy/* printable */.g$)(said || this.#buffered.toString('latin1'), 60)
        });
    }
    async payload() {
        for (;;) {
            const length = (await this.#take(4)).readUInt32BE();
            if (length < 6 || length > maxPacketBytes)
                throw protocolFailure(`an SSH packet of ${length} bytes`);
            const payload = payloadOf(await this.#take(length));
            const type = payload[0];
            if (type === message.disconnect)
                throw farewell(payload);
            if (type !== message.ignore && type !== message.debug)
                return payload;
        }
    }
    write(bytes) {
        this.#socket.write(bytes);
    }
    send(payload) {
        this.write(packet(payload));
    }
    disconnect() {
        const byApplication = uint32(11);
        const [description, language] = [string('health check'), string('')];
        this.send(Buffer.concat([Buffer.of(message.disconnect), byApplication, description, language]));
    }
    async #line() {
        for (;;) {
            const end = this.#buffered.indexOf('\n');
            if (end > maxLineBytes || (end < 0 && this.#buffered.length > maxLineBytes))
                return undefined;
            if (end >= 0) {
                const line = this.#buffered.subarray(0, end).toString('latin1');
                this.#buffered = this.#buffered.subarray(end + 1);
                return line.replace(/\r$/, '');
            }
            if (!(await this.#more()))
                return undefined;
        }
    }
    async #take(count) {
        while (this.#buffered.length < count) {
            if (!(await this.#more()))
                throw new ProbeFailure({ kind: 'reset', stage: 'hostKey' });
        }
        const taken = this.#buffered.subarray(0, count);
        this.#buffered = this.#buffered.subarray(count);
        return taken;
    }
    async #more() {
        const { done, value } = await this.#chunks.next();
        if (done)
            return false;
        this.#buffered = Buffer.concat([this.#buffered, value]);
        return true;
    }
}
function farewell(payload) {
    const reader = new WireReader(payload.subarray(1));
    const code = reader.uint32();
    return protocolFailure(`the SSH server hung up (${code}): ${reader.string().toString('utf8')}`);
}

;// CONCATENATED MODULE: ./health/ssh/probe-ssh.js






async function probeSsh(check, baseline, current) {
    const types = new Set([...baseline.map((key) => key.algorithm), ...keyTypes]);
    const wanted = [...types].filter((type) => keyTypes.includes(type));
    const { hostKey } = await handshake(check, wanted, current);
    if (baseline.some((old) => old.algorithm === hostKey.algorithm && old.key === hostKey.key)) {
        const { algorithm } = hostKey;
        throw new ProbeFailure({ kind: 'sameHostKey', algorithm, fingerprint: fingerprint(hostKey) });
    }
    return hostKey;
}
async function readHostKeys(check, options) {
    const keys = [];
    await attemptProbe(options, async (current) => {
        let missing = keyTypes;
        while (missing.length > 0) {
            const { hostKey, types } = await handshake(check, missing, current);
            keys.push(hostKey);
            missing = types.filter((type) => type !== hostKey.algorithm);
        }
        return undefined;
    });
    return keys;
}
function handshake(check, types, current) {
    current.enter('connect');
    return withConnection(check.host, check.port, current, async (socket) => {
        const stream = new SshStream(socket);
        current.enter('banner');
        const theirs = await stream.identification();
        if (!/^SSH-(?:2\.0|1\.99)-/.test(theirs))
            throw protocolFailure(`the SSH server speaks ${theirs}`);
        current.enter('hostKey');
        const shown = await receiveHostKey(stream, theirs, types);
        stream.disconnect();
        return shown;
    });
}

;// CONCATENATED MODULE: ./health/network-probe.js




function createProbe(trust = {}) {
    return {
        probe: async (check, options) => attemptProbe(options, async (current) => {
            if ('path' in check)
                return await probeHttp(check, current, trust);
            if (check.kind === 'ssh')
                return await probeSsh(check, options.baselineKeys ?? [], current);
            return await withConnection(check.host, check.port, current, async () => undefined);
        }),
        hostKeys: async (check, options) => 'path' in check || check.kind !== 'ssh' ? [] : await readHostKeys(check, options)
    };
}


/***/ })

};
