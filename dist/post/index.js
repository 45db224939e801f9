import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 776:
/***/ ((module, __unused_webpack_exports, __nccwpck_require__) => {

module.exports = __nccwpck_require__(4488);


/***/ }),

/***/ 4488:
/***/ ((__unused_webpack_module, exports, __nccwpck_require__) => {

var __webpack_unused_export__;


var net = __nccwpck_require__(9278);
var tls = __nccwpck_require__(4756);
var http = __nccwpck_require__(8611);
var https = __nccwpck_require__(5692);
var events = __nccwpck_require__(4434);
var assert = __nccwpck_require__(2613);
var util = __nccwpck_require__(9023);


exports.httpOverHttp = httpOverHttp;
exports.httpsOverHttp = httpsOverHttp;
exports.httpOverHttps = httpOverHttps;
exports.httpsOverHttps = httpsOverHttps;


function httpOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  return agent;
}

function httpsOverHttp(options) {
  var agent = new TunnelingAgent(options);
  agent.request = http.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}

function httpOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  return agent;
}

function httpsOverHttps(options) {
  var agent = new TunnelingAgent(options);
  agent.request = https.request;
  agent.createSocket = createSecureSocket;
  agent.defaultPort = 443;
  return agent;
}


function TunnelingAgent(options) {
  var self = this;
  self.options = options || {};
  self.proxyOptions = self.options.proxy || {};
  self.maxSockets = self.options.maxSockets || http.Agent.defaultMaxSockets;
  self.requests = [];
  self.sockets = [];

  self.on('free', function onFree(socket, host, port, localAddress) {
    var options = toOptions(host, port, localAddress);
    for (var i = 0, len = self.requests.length; i < len; ++i) {
      var pending = self.requests[i];
      if (pending.host === options.host && pending.port === options.port) {
        // Detect the request to connect same origin server,
        // reuse the connection.
        self.requests.splice(i, 1);
        pending.request.onSocket(socket);
        return;
      }
    }
    socket.destroy();
    self.removeSocket(socket);
  });
}
util.inherits(TunnelingAgent, events.EventEmitter);

TunnelingAgent.prototype.addRequest = function addRequest(req, host, port, localAddress) {
  var self = this;
  var options = mergeOptions({request: req}, self.options, toOptions(host, port, localAddress));

  if (self.sockets.length >= this.maxSockets) {
    // We are over limit so we'll add it to the queue.
    self.requests.push(options);
    return;
  }

  // If we are under maxSockets create a new one.
  self.createSocket(options, function(socket) {
    socket.on('free', onFree);
    socket.on('close', onCloseOrRemove);
    socket.on('agentRemove', onCloseOrRemove);
    req.onSocket(socket);

    function onFree() {
      self.emit('free', socket, options);
    }

    function onCloseOrRemove(err) {
      self.removeSocket(socket);
      socket.removeListener('free', onFree);
      socket.removeListener('close', onCloseOrRemove);
      socket.removeListener('agentRemove', onCloseOrRemove);
    }
  });
};

TunnelingAgent.prototype.createSocket = function createSocket(options, cb) {
  var self = this;
  var placeholder = {};
  self.sockets.push(placeholder);

  var connectOptions = mergeOptions({}, self.proxyOptions, {
    method: 'CONNECT',
    path: options.host + ':' + options.port,
    agent: false,
    headers: {
      host: options.host + ':' + options.port
    }
  });
  if (options.localAddress) {
    connectOptions.localAddress = options.localAddress;
  }
  if (connectOptions.proxyAuth) {
    connectOptions.headers = connectOptions.headers || {};
    connectOptions.headers['Proxy-Authorization'] = 'Basic ' +
        new Buffer(connectOptions.proxyAuth).toString('base64');
  }

  debug('making CONNECT request');
  var connectReq = self.request(connectOptions);
  connectReq.useChunkedEncodingByDefault = false; // for v0.6
  connectReq.once('response', onResponse); // for v0.6
  connectReq.once('upgrade', onUpgrade);   // for v0.6
  connectReq.once('connect', onConnect);   // for v0.7 or later
  connectReq.once('error', onError);
  connectReq.end();

  function onResponse(res) {
    // Very hacky. This is necessary to avoid http-parser leaks.
    res.upgrade = true;
  }

  function onUpgrade(res, socket, head) {
    // Hacky.
    process.nextTick(function() {
      onConnect(res, socket, head);
    });
  }

  function onConnect(res, socket, head) {
    connectReq.removeAllListeners();
    socket.removeAllListeners();

    if (res.statusCode !== 200) {
      debug('tunneling socket could not be established, statusCode=%d',
        res.statusCode);
      socket.destroy();
      var error = new Error('tunneling socket could not be established, ' +
        'statusCode=' + res.statusCode);
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    if (head.length > 0) {
      debug('got illegal response body from proxy');
      socket.destroy();
      var error = new Error('got illegal response body from proxy');
      error.code = 'ECONNRESET';
      options.request.emit('error', error);
      self.removeSocket(placeholder);
      return;
    }
    debug('tunneling connection has established');
    self.sockets[self.sockets.indexOf(placeholder)] = socket;
    return cb(socket);
  }

  function onError(cause) {
    connectReq.removeAllListeners();

    debug('tunneling socket could not be established, cause=%s\n',
          cause.message, cause.stack);
    var error = new Error('tunneling socket could not be established, ' +
                          'cause=' + cause.message);
    error.code = 'ECONNRESET';
    options.request.emit('error', error);
    self.removeSocket(placeholder);
  }
};

TunnelingAgent.prototype.removeSocket = function removeSocket(socket) {
  var pos = this.sockets.indexOf(socket)
  if (pos === -1) {
    return;
  }
  this.sockets.splice(pos, 1);

  var pending = this.requests.shift();
  if (pending) {
    // If we have pending requests and a socket gets closed a new one
    // needs to be created to take over in the pool for the one that closed.
    this.createSocket(pending, function(socket) {
      pending.request.onSocket(socket);
    });
  }
};

function createSecureSocket(options, cb) {
  var self = this;
  TunnelingAgent.prototype.createSocket.call(self, options, function(socket) {
    var hostHeader = options.request.getHeader('host');
    var tlsOptions = mergeOptions({}, self.options, {
      socket: socket,
      servername: hostHeader ? hostHeader.replace(/:.*$/, '') : options.host
    });

    // 0 is dummy port for v0.6
    var secureSocket = tls.connect(0, tlsOptions);
    self.sockets[self.sockets.indexOf(socket)] = secureSocket;
    cb(secureSocket);
  });
}


function toOptions(host, port, localAddress) {
  if (typeof host === 'string') { // since v0.10
    return {
      host: host,
      port: port,
      localAddress: localAddress
    };
  }
  return host; // for v0.11 or later
}

function mergeOptions(target) {
  for (var i = 1, len = arguments.length; i < len; ++i) {
    var overrides = arguments[i];
    if (typeof overrides === 'object') {
      var keys = Object.keys(overrides);
      for (var j = 0, keyLen = keys.length; j < keyLen; ++j) {
        var k = keys[j];
        if (overrides[k] !== undefined) {
          target[k] = overrides[k];
        }
      }
    }
  }
  return target;
}


var debug;
if (process.env.NODE_DEBUG && /\btunnel\b/.test(process.env.NODE_DEBUG)) {
  debug = function() {
    var args = Array.prototype.slice.call(arguments);
    if (typeof args[0] === 'string') {
      args[0] = 'TUNNEL: ' + args[0];
    } else {
      args.unshift('TUNNEL:');
    }
    console.error.apply(console, args);
  }
} else {
  debug = function() {};
}
__webpack_unused_export__ = debug; // for test


/***/ }),

/***/ 2613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 4434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 9896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 8611:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("http");

/***/ }),

/***/ 5692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("https");

/***/ }),

/***/ 9278:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("net");

/***/ }),

/***/ 4589:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");

/***/ }),

/***/ 6698:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");

/***/ }),

/***/ 4573:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");

/***/ }),

/***/ 7540:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:console");

/***/ }),

/***/ 7598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 3053:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:diagnostics_channel");

/***/ }),

/***/ 610:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:dns");

/***/ }),

/***/ 8474:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");

/***/ }),

/***/ 7067:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 2467:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http2");

/***/ }),

/***/ 4708:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:https");

/***/ }),

/***/ 7030:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");

/***/ }),

/***/ 643:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");

/***/ }),

/***/ 1792:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:querystring");

/***/ }),

/***/ 7075:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 1692:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");

/***/ }),

/***/ 3136:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:url");

/***/ }),

/***/ 7975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 3429:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util/types");

/***/ }),

/***/ 5919:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");

/***/ }),

/***/ 8522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 857:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");

/***/ }),

/***/ 3193:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("string_decoder");

/***/ }),

/***/ 4756:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("tls");

/***/ }),

/***/ 9023:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 7969:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  F: () => (/* binding */ postStep),
  M: () => (/* binding */ tellFault)
});

// EXTERNAL MODULE: external "os"
var external_os_ = __nccwpck_require__(857);
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function utils_toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function utils_toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");
// EXTERNAL MODULE: external "fs"
var external_fs_ = __nccwpck_require__(9896);
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function file_command_issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!fs.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    fs.appendFileSync(filePath, `${toCommandValue(message)}${os.EOL}`, {
        encoding: 'utf8'
    });
}
function file_command_prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${os.EOL}${convertedValue}${os.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");
// EXTERNAL MODULE: ../node_modules/@actions/http-client/lib/index.js + 1 modules
var lib = __nccwpck_require__(8564);
;// CONCATENATED MODULE: ../node_modules/@actions/http-client/lib/auth.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};
class BasicCredentialHandler {
    constructor(username, password) {
        this.username = username;
        this.password = password;
    }
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return __awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class auth_BearerCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Bearer ${this.token}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return __awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
class PersonalAccessTokenCredentialHandler {
    constructor(token) {
        this.token = token;
    }
    // currently implements pre-authorization
    // TODO: support preAuth = false where it hooks on 401
    prepareRequest(options) {
        if (!options.headers) {
            throw Error('The request has no headers');
        }
        options.headers['Authorization'] = `Basic ${Buffer.from(`PAT:${this.token}`).toString('base64')}`;
    }
    // This handler cannot handle 401
    canHandleAuthentication() {
        return false;
    }
    handleAuthentication() {
        return __awaiter(this, void 0, void 0, function* () {
            throw new Error('not implemented');
        });
    }
}
//# sourceMappingURL=auth.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/oidc-utils.js
var oidc_utils_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class oidc_utils_OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new HttpClient('actions/oidc-client', [new BearerCredentialHandler(oidc_utils_OidcClient.getRequestToken())], requestOptions);
    }
    static getRequestToken() {
        const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
        if (!token) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable');
        }
        return token;
    }
    static getIDTokenUrl() {
        const runtimeUrl = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
        if (!runtimeUrl) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
        }
        return runtimeUrl;
    }
    static getCall(id_token_url) {
        return oidc_utils_awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = oidc_utils_OidcClient.createHttpClient();
            const res = yield httpclient
                .getJson(id_token_url)
                .catch(error => {
                throw new Error(`Failed to get ID Token. \n 
        Error Code : ${error.statusCode}\n 
        Error Message: ${error.message}`);
            });
            const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
            if (!id_token) {
                throw new Error('Response json body do not have ID Token field');
            }
            return id_token;
        });
    }
    static getIDToken(audience) {
        return oidc_utils_awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = oidc_utils_OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield oidc_utils_OidcClient.getCall(id_token_url);
                setSecret(id_token);
                return id_token;
            }
            catch (error) {
                throw new Error(`Error message: ${error.message}`);
            }
        });
    }
}
//# sourceMappingURL=oidc-utils.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/summary.js
var summary_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { access, appendFile, writeFile } = external_fs_.promises;
const SUMMARY_ENV_VAR = 'GITHUB_STEP_SUMMARY';
const SUMMARY_DOCS_URL = 'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-job-summary';
class Summary {
    constructor() {
        this._buffer = '';
    }
    /**
     * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
     * Also checks r/w permissions.
     *
     * @returns step summary file path
     */
    filePath() {
        return summary_awaiter(this, void 0, void 0, function* () {
            if (this._filePath) {
                return this._filePath;
            }
            const pathFromEnv = process.env[SUMMARY_ENV_VAR];
            if (!pathFromEnv) {
                throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
            }
            try {
                yield access(pathFromEnv, external_fs_.constants.R_OK | external_fs_.constants.W_OK);
            }
            catch (_a) {
                throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
            }
            this._filePath = pathFromEnv;
            return this._filePath;
        });
    }
    /**
     * Wraps content in an HTML tag, adding any HTML attributes
     *
     * @param {string} tag HTML tag to wrap
     * @param {string | null} content content within the tag
     * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
     *
     * @returns {string} content wrapped in HTML element
     */
    wrap(tag, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs)
            .map(([key, value]) => ` ${key}="${value}"`)
            .join('');
        if (!content) {
            return `<${tag}${htmlAttrs}>`;
        }
        return `<${tag}${htmlAttrs}>${content}</${tag}>`;
    }
    /**
     * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
     *
     * @param {SummaryWriteOptions} [options] (optional) options for write operation
     *
     * @returns {Promise<Summary>} summary instance
     */
    write(options) {
        return summary_awaiter(this, void 0, void 0, function* () {
            const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
            const filePath = yield this.filePath();
            const writeFunc = overwrite ? writeFile : appendFile;
            yield writeFunc(filePath, this._buffer, { encoding: 'utf8' });
            return this.emptyBuffer();
        });
    }
    /**
     * Clears the summary buffer and wipes the summary file
     *
     * @returns {Summary} summary instance
     */
    clear() {
        return summary_awaiter(this, void 0, void 0, function* () {
            return this.emptyBuffer().write({ overwrite: true });
        });
    }
    /**
     * Returns the current summary buffer as a string
     *
     * @returns {string} string of summary buffer
     */
    stringify() {
        return this._buffer;
    }
    /**
     * If the summary buffer is empty
     *
     * @returns {boolen} true if the buffer is empty
     */
    isEmptyBuffer() {
        return this._buffer.length === 0;
    }
    /**
     * Resets the summary buffer without writing to summary file
     *
     * @returns {Summary} summary instance
     */
    emptyBuffer() {
        this._buffer = '';
        return this;
    }
    /**
     * Adds raw text to the summary buffer
     *
     * @param {string} text content to add
     * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
     *
     * @returns {Summary} summary instance
     */
    addRaw(text, addEOL = false) {
        this._buffer += text;
        return addEOL ? this.addEOL() : this;
    }
    /**
     * Adds the operating system-specific end-of-line marker to the buffer
     *
     * @returns {Summary} summary instance
     */
    addEOL() {
        return this.addRaw(external_os_.EOL);
    }
    /**
     * Adds an HTML codeblock to the summary buffer
     *
     * @param {string} code content to render within fenced code block
     * @param {string} lang (optional) language to syntax highlight code
     *
     * @returns {Summary} summary instance
     */
    addCodeBlock(code, lang) {
        const attrs = Object.assign({}, (lang && { lang }));
        const element = this.wrap('pre', this.wrap('code', code), attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML list to the summary buffer
     *
     * @param {string[]} items list of items to render
     * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
     *
     * @returns {Summary} summary instance
     */
    addList(items, ordered = false) {
        const tag = ordered ? 'ol' : 'ul';
        const listItems = items.map(item => this.wrap('li', item)).join('');
        const element = this.wrap(tag, listItems);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML table to the summary buffer
     *
     * @param {SummaryTableCell[]} rows table rows
     *
     * @returns {Summary} summary instance
     */
    addTable(rows) {
        const tableBody = rows
            .map(row => {
            const cells = row
                .map(cell => {
                if (typeof cell === 'string') {
                    return this.wrap('td', cell);
                }
                const { header, data, colspan, rowspan } = cell;
                const tag = header ? 'th' : 'td';
                const attrs = Object.assign(Object.assign({}, (colspan && { colspan })), (rowspan && { rowspan }));
                return this.wrap(tag, data, attrs);
            })
                .join('');
            return this.wrap('tr', cells);
        })
            .join('');
        const element = this.wrap('table', tableBody);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds a collapsable HTML details element to the summary buffer
     *
     * @param {string} label text for the closed state
     * @param {string} content collapsable content
     *
     * @returns {Summary} summary instance
     */
    addDetails(label, content) {
        const element = this.wrap('details', this.wrap('summary', label) + content);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML image tag to the summary buffer
     *
     * @param {string} src path to the image you to embed
     * @param {string} alt text description of the image
     * @param {SummaryImageOptions} options (optional) addition image attributes
     *
     * @returns {Summary} summary instance
     */
    addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, (width && { width })), (height && { height }));
        const element = this.wrap('img', null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML section heading element
     *
     * @param {string} text heading text
     * @param {number | string} [level=1] (optional) the heading level, default: 1
     *
     * @returns {Summary} summary instance
     */
    addHeading(text, level) {
        const tag = `h${level}`;
        const allowedTag = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].includes(tag)
            ? tag
            : 'h1';
        const element = this.wrap(allowedTag, text);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML thematic break (<hr>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addSeparator() {
        const element = this.wrap('hr', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML line break (<br>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addBreak() {
        const element = this.wrap('br', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML blockquote to the summary buffer
     *
     * @param {string} text quote text
     * @param {string} cite (optional) citation url
     *
     * @returns {Summary} summary instance
     */
    addQuote(text, cite) {
        const attrs = Object.assign({}, (cite && { cite }));
        const element = this.wrap('blockquote', text, attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML anchor tag to the summary buffer
     *
     * @param {string} text link text/content
     * @param {string} href hyperlink
     *
     * @returns {Summary} summary instance
     */
    addLink(text, href) {
        const element = this.wrap('a', text, { href });
        return this.addRaw(element).addEOL();
    }
}
const _summary = new Summary();
/**
 * @deprecated use `core.summary`
 */
const markdownSummary = (/* unused pure expression or super */ null && (_summary));
const summary = _summary;
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/path-utils.js

/**
 * toPosixPath converts the given path to the posix form. On Windows, \\ will be
 * replaced with /.
 *
 * @param pth. Path to transform.
 * @return string Posix path.
 */
function toPosixPath(pth) {
    return pth.replace(/[\\]/g, '/');
}
/**
 * toWin32Path converts the given path to the win32 form. On Linux, / will be
 * replaced with \\.
 *
 * @param pth. Path to transform.
 * @return string Win32 path.
 */
function toWin32Path(pth) {
    return pth.replace(/[/]/g, '\\');
}
/**
 * toPlatformPath converts the given path to a platform-specific path. It does
 * this by replacing instances of / and \ with the platform-specific path
 * separator.
 *
 * @param pth The path to platformize.
 * @return string The platform-specific path.
 */
function toPlatformPath(pth) {
    return pth.replace(/[/\\]/g, path.sep);
}
//# sourceMappingURL=path-utils.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/platform.js
var platform_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const getWindowsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout: version } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield exec.getExecOutput('sw_vers', undefined, {
        silent: true
    });
    const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : '';
    const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : '';
    return {
        name,
        version
    };
});
const getLinuxInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout } = yield exec.getExecOutput('lsb_release', ['-i', '-r', '-s'], {
        silent: true
    });
    const [name, version] = stdout.trim().split('\n');
    return {
        name,
        version
    };
});
const platform = external_os_.platform();
const arch = external_os_.arch();
const isWindows = platform === 'win32';
const isMacOS = platform === 'darwin';
const isLinux = platform === 'linux';
function getDetails() {
    return platform_awaiter(this, void 0, void 0, function* () {
        return Object.assign(Object.assign({}, (yield (isWindows
            ? getWindowsInfo()
            : isMacOS
                ? getMacOsInfo()
                : getLinuxInfo()))), { platform,
            arch,
            isWindows,
            isMacOS,
            isLinux });
    });
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ../node_modules/@actions/core/lib/core.js
var core_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function core_setSecret(secret) {
    command_issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(os.EOL);
    issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function core_debug(message) {
    command_issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    command_issueCommand('error', utils_toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    command_issueCommand('warning', utils_toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    command_issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    command_issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return core_awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return core_awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map
// EXTERNAL MODULE: ./core/health/guest/guest-system.js
var guest_system = __nccwpck_require__(1741);
;// CONCATENATED MODULE: ./core/model/rebuild-spec.js
function withoutSecrets({ login, userData, cleanLastUserData }) {
    const script = userData !== undefined ? 'given' : cleanLastUserData === true ? 'cleared' : 'kept';
    return { login: login.kind === 'adminPass' ? { kind: login.kind } : login, script };
}

// EXTERNAL MODULE: ./core/model/secret.js
var secret = __nccwpck_require__(4923);
;// CONCATENATED MODULE: ./core/plan/user-data.js
const marks = [
    '#!',
    '#cloud-config',
    '#include',
    '#cloud-boothook',
    '#part-handler',
    '## template:',
    'content-type:',
    'mime-version:',
    '#ps1',
    '<powershell>',
    '<script>',
    'rem cmd'
];
const unlikely = 'userData may never run at first boot';
function userDataWarning(script) {
    const core = script.replace(/^[\s\ufeff]+/, '');
    if (!marks.some((mark) => core.toLowerCase().startsWith(mark))) {
        return `${unlikely}: it begins with none of #!, #cloud-config, #include, a MIME header, or a mark of PowerShell or batch`;
    }
    if (core !== script) {
        return script.startsWith('\ufeff')
            ? `${unlikely}: a byte order mark stands before its first line; store it as UTF-8 without one`
            : `${unlikely}: white space stands before its first line; remove it`;
    }
    return /^#![^\n]*\r/.test(script)
        ? `${unlikely}: its first line ends with CRLF, so that its interpreter is not found; store it with LF`
        : undefined;
}

// EXTERNAL MODULE: ./core/without-undefined.js
var without_undefined = __nccwpck_require__(1512);
;// CONCATENATED MODULE: ./core/quote.js
const quotedLength = 60;
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
function quote_quote(text) {
    const characters = [...text];
    const shown = characters.slice(0, quotedLength).join('');
    const quoted = JSON.stringify(characters.length > quotedLength ? `${shown}…` : shown);
    return visible(quoted);
}
function visible(text) {
    return text.replace(invisible, escaped);
}
function quoteAscii(text) {
    return quote_quote(text).replace(/[^\x20-\x7e…]/gu, escaped);
}
function shownAddress(text) {
    if (text.includes('@'))
        return 'an address with "@"';
    const start = text.replace(/[?#].*$/s, '');
    return quoteAscii(start === text ? text : `${start}…`);
}
function escaped(character) {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

;// CONCATENATED MODULE: ./config/parsers/parser.js
function parsed(value) {
    return { ok: true, value };
}
function refused(...faults) {
    return { ok: false, faults };
}
function parsedUnless(faults, value) {
    const found = faults.filter((fault) => fault !== undefined);
    return found.length === 0 ? parsed(value) : refused(...found);
}
function required(parse, remedy) {
    return (text) => (text.trim() === '' ? refused(`is empty; ${remedy}`) : parse(text));
}
function orDefault(usual, parse) {
    return (text) => parse(text.trim() === '' ? usual : text);
}
function neverEmpty(usual, risk, parse) {
    const remedy = `give a value, or leave the input out for ${usual}`;
    return (text) => text.trim() === '' ? refused(`is empty, and its default would ${risk}; ${remedy}`) : parse(text);
}
function optional(parse) {
    return (text) => (text === '' ? parsed(undefined) : parse(text));
}
function trimmed(parse) {
    return (text) => parse(text.trim());
}
const parseText = (text) => parsed(text);

;// CONCATENATED MODULE: ./config/parsers/ascii.js


const lookAlikes = {
    '\u00a0': ['no-break space', ' '],
    '\u00ad': ['soft hyphen', ''],
    '\u200b': ['zero width space', ''],
    '\u200c': ['zero width non-joiner', ''],
    '\u200d': ['zero width joiner', ''],
    '\u200e': ['left-to-right mark', ''],
    '\u200f': ['right-to-left mark', ''],
    '\u2060': ['word joiner', ''],
    '\ufeff': ['byte order mark', ''],
    '\u2010': ['hyphen', '-'],
    '\u2011': ['non-breaking hyphen', '-'],
    '\u2012': ['figure dash', '-'],
    '\u2013': ['en dash', '-'],
    '\u2014': ['em dash', '-'],
    '\u2212': ['minus sign', '-'],
    '\u2018': ['typographic quote', "'"],
    '\u2019': ['typographic quote', "'"],
    '\u201c': ['typographic quote', '"'],
    '\u201d': ['typographic quote', '"'],
    '\u3000': ['ideographic space', ' '],
    '\u3001': ['Chinese enumeration comma', ','],
    '\u3002': ['Chinese full stop', '.'],
    '\uff0c': ['Chinese comma', ','],
    '\uff1a': ['Chinese colon', ':'],
    '\uff1b': ['Chinese semicolon', ',']
};
const quotes = /^(["'`“”‘’「『])(.*)["'`“”‘’」』]$/s;
function ascii(parse) {
    return (text) => {
        const [, , inner] = quotes.exec(text) ?? [];
        if (inner !== undefined && inner.trim() !== '') {
            return refused(`is ${quoteAscii(text)}, in quotes that are part of the value; leave them out`);
        }
        const foreign = foreignIn(text);
        return foreign.length === 0 ? parse(text) : refused(faultOf(text, foreign));
    };
}
function hiddenAscii(parse) {
    return (text) => {
        const [first] = foreignIn(text);
        return first === undefined
            ? parse(text)
            : refused(`has ${nameOf(first)} in it, which is not ASCII; ${remedyFor(first)}`);
    };
}
function foreignIn(text) {
    return [...new Set([...text].filter((character) => character > '\x7e'))];
}
function faultOf(text, foreign) {
    const [first = ''] = foreign;
    const named = foreign.slice(0, 3).map(nameOf).join(', ');
    return `is ${quoteAscii(text)}, where ${named} ${foreign.length === 1 ? 'is' : 'are'} not ASCII; ${remedyFor(first)}`;
}
function remedyFor(character) {
    const meant = meantBy(character);
    if (meant === undefined)
        return 'type the value again';
    return meant === '' ? 'take it out, or type the value again' : `write ${quoteAscii(meant)} instead`;
}
function nameOf(character) {
    const [name] = lookAlikes[character] ?? [fullWidth(character) === undefined ? undefined : 'full-width'];
    const code = quoteAscii(character).slice(1, -1);
    return name === undefined ? code : `${code} (${name})`;
}
function meantBy(character) {
    return lookAlikes[character]?.[1] ?? fullWidth(character);
}
function fullWidth(character) {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : undefined;
}

;// CONCATENATED MODULE: ./config/parsers/boolean.js


const parseBoolean = (text) => {
    if (['true', 'True', 'TRUE'].includes(text))
        return parsed(true);
    return ['false', 'False', 'FALSE'].includes(text)
        ? parsed(false)
        : refused(`is ${quote_quote(text)}; write true or false`);
};

;// CONCATENATED MODULE: ./config/parsers/count-or-percent.js


const maxCount = 1_000;
const maxPercent = 100;
const pattern = /^(0|[1-9]\d*)(?:(\s*)%)?$/;
const parseMaxUnavailable = (text) => {
    const [, digits, gap] = pattern.exec(text) ?? [];
    const amount = Number(digits);
    if (amount === 0) {
        return refused(`is ${quote_quote(text)}, with which no instance could ever be taken; give at least 1, or 1%`);
    }
    if (!(amount <= (gap === undefined ? maxCount : maxPercent))) {
        return refused(`is ${quote_quote(text)}; give a whole number from 1 to ${maxCount}, or a whole percentage from 1% to ${maxPercent}%`);
    }
    if (gap === undefined)
        return parsed({ kind: 'count', count: amount });
    return gap === ''
        ? parsed({ kind: 'percent', percent: amount })
        : refused(`is ${quote_quote(text)}, with white space in it; write ${amount}%`);
};

;// CONCATENATED MODULE: ./config/parsers/credential.js

const parseSecret = (text) => {
    const core = text.trim();
    const faults = [
        core === text
            ? undefined
            : 'begins or ends with white space, perhaps a pasted line break; store it again without',
        /^[\x21-\x7e]*$/.test(core)
            ? undefined
            : 'contains white space or a character that is not ASCII; copy it again from the console',
        /^(["'`]).*\1$/s.test(core)
            ? 'stands in quotes that are part of the value; store it again without'
            : undefined
    ];
    return parsedUnless(faults, text);
};
const accessKeyPrefix = 'ALTAK';
const parseAccessKeyId = (text) => text.includes(':')
    ? refused('contains a colon, as where ID and secret key are joined; give each in its own input')
    : parseSecret(text);
const parseSecretKey = (text) => text.startsWith(accessKeyPrefix) && !text.includes(':')
    ? refused(`begins with ${accessKeyPrefix}, as access key IDs do; are the two keys swapped?`)
    : parseAccessKeyId(text);
const parseScript = (text) => text.trim() === ''
    ? refused('holds only white space; leave it out, or set cleanLastUserData to true to clear the earlier script')
    : parsed(text);

;// CONCATENATED MODULE: ./config/parsers/duration.js


const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const duration_pattern = /^(?:(?<hours>\d+)h)?(?:(?<minutes>\d+)m)?(?:(?<seconds>\d+)s)?$/;
function durationWithin(least, most) {
    return (text) => {
        if (/^\d{1,6}$/.test(text)) {
            return refused(`is ${quote_quote(text)}, which has no unit; did you mean ${text}s or ${text}m?`);
        }
        const ms = millisecondsOf(text);
        const written = text.toLowerCase();
        if (written !== text && duration_pattern.test(written)) {
            return refused(`is ${quote_quote(text)}; units are in lower case: ${written}`);
        }
        if (text === '' || ms === undefined) {
            return refused(`is ${quote_quote(text)}, which is no duration; write whole numbers with units, in the order h, m, s, such as 90s, 15m, 1m30s`);
        }
        if (ms < (millisecondsOf(least) ?? 0) || ms > (millisecondsOf(most) ?? 0)) {
            return refused(`is ${quote_quote(text)}, which is out of range; give ${least} to ${most}`);
        }
        return parsed(ms);
    };
}
function millisecondsOf(text) {
    const units = duration_pattern.exec(text)?.groups;
    if (units === undefined)
        return undefined;
    const { hours = 0, minutes = 0, seconds = 0 } = units;
    return Number(hours) * hourMs + Number(minutes) * minuteMs + Number(seconds) * secondMs;
}
function durationText(ms) {
    const hours = Math.floor(ms / hourMs);
    const minutes = Math.floor((ms % hourMs) / minuteMs);
    const seconds = Math.floor((ms % minuteMs) / secondMs);
    const parts = [
        hours > 0 ? `${hours}h` : '',
        minutes > 0 ? `${minutes}m` : '',
        seconds > 0 ? `${seconds}s` : ''
    ];
    return parts.join('') || '0s';
}

// EXTERNAL MODULE: ./core/loopback.js
var loopback = __nccwpck_require__(8728);
;// CONCATENATED MODULE: ./config/parsers/endpoint.js




function endpointOfRegion(region) {
    return new URL(`https://bcc.${region}.baidubce.com`);
}
const parseEndpoint = hiddenAscii((text) => {
    const url = httpUrl(text);
    if (url === undefined) {
        return refused(`is ${shownAddress(text)}, which is no URL; write one such as https://bcc.bj.baidubce.com`);
    }
    const faults = [];
    if (url.protocol === 'http:' && !(0,loopback/* isLoopback */.U)(url.hostname)) {
        faults.push(`begins with http://, and ${quoteAscii(url.hostname)} is not this machine (localhost, 127.0.0.1, [::1]); begin it with https://`);
    }
    if (hasUserInfo(url)) {
        faults.push('holds a user name or a password; the key pair goes into accessKeyId and secretAccessKey');
    }
    if (url.pathname !== '/' || /[?#]/.test(text)) {
        const path = url.pathname === '/' ? 'a query or a fragment' : quoteAscii(url.pathname);
        faults.push(`has ${path} after the host; leave out path, query and fragment`);
    }
    return parsedUnless(faults, url);
});
const parseWebUrl = (text) => {
    const url = httpUrl(text);
    if (url === undefined) {
        return refused(`is ${shownAddress(text)}, which is no web address; write one such as https://example.com`);
    }
    return hasUserInfo(url)
        ? refused('holds a user name or a password, which everybody would see; leave them out')
        : parsed(url);
};
function httpUrl(text) {
    return /^https?:\/\/[^\s/]/i.test(text) && !/\s/.test(text) && URL.canParse(text)
        ? new URL(text)
        : undefined;
}
function hasUserInfo(url) {
    return url.username !== '' || url.password !== '';
}

;// CONCATENATED MODULE: ./config/parsers/guest.js


const parseGuestScript = (text) => {
    if (text.trim() === '')
        return refused('holds only white space; write the commands, or leave it out');
    if (/^#![^\n]*\r/.test(text)) {
        return refused('has Windows line ends (CR LF) after #!, so that no shell would be found; store it with LF');
    }
    return text.includes('\0')
        ? refused('holds a NUL character, as files in UTF-16 do; store the script as UTF-8')
        : parsed(text);
};
const parseGuestUser = (text) => /^[a-z_][a-z0-9_.-]{0,31}$/i.test(text)
    ? parsed(text)
    : refused(`is ${quote_quote(text)}, which is no user name; write one such as root or deploy`);

;// CONCATENATED MODULE: ./core/health/check.js
const placeholders = ['publicIp', 'internalIp', 'id', 'name'];
const defaultPorts = new Map([
    ['ssh', 22],
    ['http', 80],
    ['https', 443]
]);
function isGuestCheck(check) {
    return check.kind === 'assistant' || check.kind === 'guestScript';
}
function describeCheck(check) {
    if (check.kind === 'assistant')
        return 'assistant://';
    if (check.kind === 'guestScript')
        return 'guestScript';
    const host = check.host.includes(':') ? `[${check.host}]` : check.host;
    const port = defaultPorts.get(check.kind) === check.port ? '' : `:${check.port}`;
    const path = 'path' in check ? check.path.replace(/\?.*$/s, '?…') : '';
    return `${check.kind}://${host}${port}${path}`;
}

;// CONCATENATED MODULE: ./core/health/host.js
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);
function isIp(text) {
    return ipv4.test(text) || isIpv6(text);
}
function isIpv6(text) {
    return /^[0-9a-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]`);
}
function isLabel(text) {
    return label.test(text);
}
function isHost(text) {
    if (isIp(text))
        return true;
    const endsInNumber = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i.test(text);
    return text.length <= 253 && text.split('.').every(isLabel) && !endsInNumber;
}

;// CONCATENATED MODULE: ./core/health/resolve-checks.js




const fieldNames = {
    publicIp: 'public IP',
    internalIp: 'internal IP',
    id: 'ID',
    name: 'name'
};
function resolve_checks_resolveChecks(checks, instance) {
    const resolved = [];
    for (const check of checks) {
        const one = resolveCheck(check, instance);
        if (typeof one === 'string')
            return { ok: false, problem: one };
        resolved.push(one);
    }
    return { ok: true, checks: resolved };
}
function hasDotSegment(path) {
    const plain = path.replace(/\?.*$/s, '');
    const read = plain.replace(/%2e/gi, '.').replace(/%2f|%5c|\\/gi, '/');
    return read.split('/').some((segment) => segment === '.' || segment === '..');
}
function resolveCheck(check, instance) {
    if (check.kind === 'assistant' || check.kind === 'guestScript') {
        return { ...check, instanceId: instance.id, system: (0,guest_system/* guestSystem */.wS)(instance) };
    }
    const pattern = `${check.hostPattern} ${'pathPattern' in check ? check.pathPattern : ''}`;
    for (const name of placeholders) {
        if (!pattern.includes(`{${name}}`))
            continue;
        if (instance[name] === '')
            return `needs {${name}}, and the instance has no ${fieldNames[name]}`;
        const inHost = check.hostPattern.includes(`{${name}}`);
        if (inHost && !isHostPart(name, instance[name])) {
            return `puts {${name}} into the host, and ${quote_quote(instance[name])} cannot be a part of one`;
        }
    }
    const host = fill(check.hostPattern, (name) => instance[name]);
    if (!isHost(host))
        return `leads to the host ${quote_quote(host)}, which is none`;
    if (!('pathPattern' in check))
        return { kind: check.kind, host, port: check.port };
    const path = fill(check.pathPattern, (name) => encoded(instance[name]));
    if (hasDotSegment(path))
        return 'leads to a path with . or .. in it, by a value of the instance';
    const { kind, port, statuses, body } = check;
    return { kind, host, port, path, statuses, ...(body === undefined ? {} : { body }) };
}
function isHostPart(name, value) {
    return name === 'publicIp' || name === 'internalIp' ? isIp(value) : isLabel(value);
}
function fill(pattern, value) {
    return pattern.replace(/\{(\w+)\}/g, (_, name) => value(name));
}
function encoded(value) {
    return encodeURIComponent(value.replace(/\p{Cs}/gu, '\ufffd'));
}

;// CONCATENATED MODULE: ./config/parsers/expectations.js

const success = [{ from: 200, to: 299 }];
const otherQuotes = /^['`´‘’‚‛“”„‟«»‹›「」『』〝〞＂＇]/u;
const word = /\s+([a-z]+)=(?:"((?:[^"\\]|\\.)*)"(?=\s|$)|([^\s"]\S*))/suy;
const expectations_joined = /[,;，；、](?:status|body)=/;
function parseExpectations(text) {
    const found = new Map();
    word.lastIndex = 0;
    for (let end = 0; end < text.length; end = word.lastIndex) {
        const [, name, quoted, bare] = word.exec(text) ?? [];
        if (name === undefined) {
            return refused('goes on after the address with what is neither status=… nor body=… nor body="…"');
        }
        if (name !== 'status' && name !== 'body') {
            return refused(`expects ${JSON.stringify(name)}, which is unknown; status and body can be expected`);
        }
        if (found.has(name))
            return refused(`gives ${name} more than once`);
        if (otherQuotes.test(bare ?? '')) {
            return refused(`has a ${name} that begins with ${shownCharacter(bare)}, which no check takes for a quotation mark; write ${name}="…" with straight double quotes`);
        }
        if (expectations_joined.test(bare ?? '')) {
            return refused('joins status and body by a comma or a semicolon; put a blank between them');
        }
        found.set(name, bare ?? String(quoted).replace(/\\(.)/gsu, '$1'));
    }
    const status = found.get('status');
    const statuses = status === undefined ? success : parseStatuses(status);
    if (statuses === undefined) {
        return refused('expects a status that is none; write codes from 200 to 599, such as 200, 200,204 or 200-299');
    }
    const body = found.get('body');
    if (body === '')
        return refused('expects an empty body text, which every body contains; leave body out');
    return parsed(body === undefined ? { statuses } : { statuses, body });
}
function shownCharacter(text = '') {
    const code = text.codePointAt(0) ?? 0;
    return `${String.fromCodePoint(code)} (U+${code.toString(16).toUpperCase().padStart(4, '0')})`;
}
function parseStatuses(text) {
    const ranges = [];
    for (const part of text.split(',')) {
        const [, first, last] = /^([2-5]\d\d)(?:-([2-5]\d\d))?$/.exec(part) ?? [];
        const from = Number(first);
        const to = Number(last ?? first);
        if (first === undefined || to < from)
            return undefined;
        ranges.push({ from, to });
    }
    return ranges;
}

;// CONCATENATED MODULE: ./config/parsers/health-check.js






const address = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)(#.*)?$/i;
const pathText = /^(?:[a-z0-9._~:/?[\]@!$&'()*+,;=-]|%[0-9a-f]{2})*$/i;
function parseHealthCheck(text) {
    const url = text.trim().replace(/\s.*$/s, '');
    const rest = text.trim().slice(url.length);
    const [foreign] = /[^\x20-\x7e]/u.exec(url) ?? [];
    if (foreign !== undefined) {
        return refused(`has ${quoteAscii(foreign)} in its address, which is not ASCII; type it again, or percent-encode it`);
    }
    const [, written, authority, path, fragment] = address.exec(url) ?? [];
    if (written === undefined || authority === undefined || path === undefined) {
        return refused(`${url === '' ? '' : `is ${shownAddress(url)}, which `}is no address; write one such as ssh://{publicIp} or https://{publicIp}/healthz`);
    }
    const scheme = written.toLowerCase();
    if (scheme === 'assistant') {
        return `${authority}${path}${fragment ?? ''}${rest}` === ''
            ? parsed({ kind: 'assistant' })
            : refused('goes on after assistant://, which stands alone; a script goes into guestScript');
    }
    if (!isKind(scheme)) {
        return refused(`begins with ${quoteAscii(`${scheme}://`)}; tcp, ssh, http, https and assistant can be checked`);
    }
    if (authority.includes('@')) {
        return refused('holds a user name or a password, which no check sends; leave them out');
    }
    const problem = problemOfBraces(authority + path);
    if (problem !== undefined)
        return refused(problem);
    const place = parsePlace(scheme, authority);
    if (typeof place === 'string')
        return refused(place);
    if (fragment !== undefined)
        return refused('holds a fragment (#…), which is never sent; leave it out');
    if (scheme === 'tcp' || scheme === 'ssh') {
        if (path !== '' || rest !== '') {
            return refused(`goes on after the host and the port, which ${scheme} has no use for`);
        }
        return parsed({ kind: scheme, ...place });
    }
    if (!pathText.test(blank(path)))
        return refused('has a path with characters that must be percent-encoded');
    if (hasDotSegment(path))
        return refused('has a path with . or .. in it; write it out');
    const expectations = parseExpectations(rest);
    if (!expectations.ok)
        return expectations;
    const pathPattern = path.startsWith('/') ? path : `/${path}`;
    return parsed({ kind: scheme, ...place, pathPattern, ...expectations.value });
}
function parsePlace(kind, authority) {
    const [, written, digits] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/.exec(authority) ?? [];
    const host = written?.startsWith('[') ? written.slice(1, -1) : written;
    if (host === undefined || !(host === written ? isHost(blank(host)) : isIpv6(host))) {
        return `has no proper host in ${quoteAscii(authority)}; write a placeholder such as {publicIp}, a name or an IP address (IPv6 in brackets)`;
    }
    const port = digits === undefined ? defaultPorts.get(kind) : portOf(digits);
    if (port !== undefined)
        return { hostPattern: host, port };
    return digits === undefined
        ? `has no port, and ${kind} has no usual one; write it after the host, such as ${kind}://{publicIp}:22`
        : `has the port ${quoteAscii(digits)}; ports are whole numbers from 1 to 65535`;
}
function portOf(digits) {
    const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
    return port >= 1 && port <= 65_535 ? port : undefined;
}
function problemOfBraces(text) {
    const known = placeholders.map((name) => `{${name}}`).join(', ');
    for (const [written] of text.matchAll(/\{[^{}]*\}/g)) {
        if (placeholders.every((name) => `{${name}}` !== written)) {
            return `holds the placeholder ${quoteAscii(written)}; there are ${known}`;
        }
    }
    return /[{}]/.test(text.replace(/\{[^{}]*\}/g, ''))
        ? `holds a single brace; placeholders are ${known}`
        : undefined;
}
function blank(text) {
    return text.replace(/\{[^{}]*\}/g, 'x');
}
function isKind(scheme) {
    return scheme === 'tcp' || defaultPorts.has(scheme);
}

;// CONCATENATED MODULE: ./config/parsers/health-checks.js


const rightForm = 'write one check a line, without commas, semicolons, brackets or quotes around it';
const anotherAddress = /[\s,;，；、][\s"']*(?:tcp|ssh|https?|assistant):\/\//i;
function parseHealthChecks(text) {
    const lines = joinedLines(text);
    const checks = [];
    const faults = [];
    for (const { line, at } of lines) {
        const form = problemOfForm(line);
        const check = form === undefined ? parseHealthCheck(line) : refused(form);
        if (check.ok)
            checks.push(check.value);
        else
            faults.push(...check.faults.map((fault) => (lines.length === 1 ? fault : `(line ${at}) ${fault}`)));
    }
    if (lines.length === 0)
        faults.push(`is empty; ${rightForm}`);
    return parsedUnless(faults, checks);
}
function joinedLines(text) {
    const joined = [];
    for (const [index, written] of text.split(/\r\n|\r|\n/).entries()) {
        const line = written.trim();
        const before = joined.at(-1);
        if (line === '')
            continue;
        if (before !== undefined && /^(?:status|body)=/.test(line))
            before.line += ` ${line}`;
        else
            joined.push({ line, at: index + 1 });
    }
    return joined;
}
function problemOfForm(line) {
    if (/^["'“”‘’「『]/.test(line))
        return `begins with a quotation mark; ${rightForm}`;
    if (line.startsWith('['))
        return `is a list in brackets; ${rightForm}`;
    if (line.startsWith('- '))
        return `begins with a dash, as in a YAML list; ${rightForm}`;
    const bare = line.replace(/"(?:[^"\\]|\\.)*"/g, '""');
    if (anotherAddress.test(bare))
        return `has several checks on one line; ${rightForm}`;
    if (/[,;，；、]$/.test(bare))
        return `ends with a comma or a semicolon; ${rightForm}`;
    return undefined;
}

;// CONCATENATED MODULE: ./config/parsers/ids.js



const kinds = {
    instance: {
        noun: 'instance',
        words: 'an instance ID',
        prefix: 'i',
        example: 'i-YufwpQAe',
        input: 'instanceId'
    },
    image: { noun: 'image', words: 'an image ID', prefix: 'm', example: 'm-DpgNg8lO', input: 'imageId' },
    balancer: {
        noun: 'load balancer',
        words: 'a load balancer ID',
        prefix: 'lb',
        example: 'lb-77d58dc4',
        input: 'blbId'
    }
};
const idPattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const parseInstanceIds = idsOf('instance');
const parseBalancerIds = idsOf('balancer');
const parseImageId = ids_idOf('image');
const parseKeypairId = (text) => idPattern.test(text)
    ? parsed(text)
    : refused(`is ${quote_quote(text)}, which cannot be a key pair's ID; copy the ID, not the name, from the console`);
function idsOf(wanted) {
    const { noun, example } = kinds[wanted];
    const form = `write the IDs alone, split by commas, spaces or lines, such as ${example}`;
    return (text) => {
        if (/^[[{]/.test(text))
            return refused(`is written as JSON; ${form}`);
        if (text.includes(';'))
            return refused(`has a semicolon between IDs; ${form}`);
        const ids = text.split(/[\s,]+/).filter((id) => id !== '');
        if (ids.length === 0) {
            return refused(`names no ${noun}; give at least one ID such as ${example}`);
        }
        const unique = [...new Set(ids)];
        const faults = unique.map(ascii(ids_idOf(wanted))).flatMap((one) => (one.ok ? [] : one.faults));
        const repeats = unique
            .filter((id) => ids.indexOf(id) !== ids.lastIndexOf(id))
            .map((id) => `names ${quote_quote(id)} more than once; give each ${noun} once`);
        return parsedUnless([...faults, ...repeats], ids);
    };
}
function ids_idOf(wanted) {
    return (id) => parsedUnless([faultOfId(id, wanted)], id);
}
function faultOfId(id, wanted) {
    const { words, prefix, example } = kinds[wanted];
    const names = wanted === 'image' ? '; a name or a pattern goes into imageName' : '';
    if (id.includes('*')) {
        return `has the pattern ${quote_quote(id)}; patterns are not taken here, write ${words} such as ${example}${names}`;
    }
    const found = /^([A-Za-z]+)-/.exec(id)?.[1] ?? prefix;
    const isId = idPattern.test(id);
    if (isId && found === prefix)
        return undefined;
    const other = Object.values(kinds).find((kind) => kind.prefix === found);
    if (isId && other !== undefined) {
        return `has ${quote_quote(id)}, which looks like ${other.words}; that goes into ${other.input}, and here ${words} such as ${example}`;
    }
    return isId && wanted === 'balancer'
        ? undefined
        : `has ${quote_quote(id)}, which is not ${words}; write one such as ${example}, not a name${names}`;
}

;// CONCATENATED MODULE: ./config/parsers/integer.js


function integerWithin(min, max) {
    return (text) => {
        const value = /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
        return value >= min && value <= max
            ? parsed(value)
            : refused(`is ${quote_quote(text)}; give a whole number from ${min} to ${max}`);
    };
}

;// CONCATENATED MODULE: ./config/parsers/name.js

const parseName = (text) => {
    const line = text.replace(/^[\r\n]+|[\r\n]+$/g, '');
    return /\p{Cc}/u.test(line.trim())
        ? refused('contains a line break or another control character, which no name has; give one name')
        : parsed(line);
};
const parseConfirmName = (text) => text.trim() === ''
    ? refused('holds only white space, which would confirm nothing; give the name, or leave the input out')
    : parseName(text);
const parseImageName = (text) => {
    if (text.trim() === '')
        return parsed(undefined);
    return /^\*+$/.test(text.trim())
        ? refused('is a pattern that every image matches; write a part of the name as well, such as web-*')
        : parseName(text);
};

;// CONCATENATED MODULE: ./config/parsers/password.js

const passwordSymbols = "()`~!@#$%^&*-_+=\\|{}[]:;'<>,.?/";
const minLength = 8;
const maxLength = 32;
const minClasses = 3;
const parsePassword = (text) => {
    const characters = [...text];
    const faults = [
        lengthFault(characters.length),
        classFault(characters),
        /^\s|\s$/.test(text)
            ? 'begins or ends with white space, perhaps a pasted line break; remove it'
            : undefined,
        characters.some((character) => character > '\x7f')
            ? 'contains a character that is not ASCII; use letters without accents, digits and symbols'
            : undefined,
        [...text.trim()].some((character) => character <= '\x7f' && !isPermitted(character))
            ? `contains a character that is not permitted; use letters, digits and ${passwordSymbols}`
            : undefined
    ];
    return parsedUnless(faults, text);
};
function lengthFault(length) {
    if (length >= minLength && length <= maxLength) {
        return undefined;
    }
    const fault = length < minLength ? 'is too short' : 'is too long';
    return `${fault}: it has ${length} character${length === 1 ? '' : 's'}; use ${minLength} to ${maxLength}`;
}
function classFault(characters) {
    const classes = [/[A-Z]/, /[a-z]/, /[0-9]/].filter((pattern) => characters.some((one) => pattern.test(one)));
    const count = classes.length + (characters.some(isSymbol) ? 1 : 0);
    return count >= minClasses
        ? undefined
        : `is too simple: it has ${count} of the four classes upper case, lower case, digits and symbols; ` +
            `use at least ${minClasses} of them`;
}
function isPermitted(character) {
    return /^[A-Za-z0-9]$/.test(character) || isSymbol(character);
}
function isSymbol(character) {
    return passwordSymbols.includes(character);
}

;// CONCATENATED MODULE: ./config/parsers/region.js



const cities = {
    bj: ['beijing', '北京'],
    bd: ['baoding', '保定'],
    cd: ['chengdu', '成都'],
    fsh: ['shanghai', '上海'],
    fwh: ['wuhan', '武汉'],
    gz: ['guangzhou', '广州'],
    hkg: ['hongkong', 'hk', '香港'],
    nj: ['nanjing', '南京'],
    sin: ['singapore', 'sg', '新加坡'],
    su: ['suzhou', '苏州'],
    yq: ['yangquan', '阳泉']
};
const known = Object.keys(cities);
const parseRegion = (text) => {
    const meant = regionOf(text);
    if (meant !== undefined && meant !== text) {
        return refused(`is ${quote_quote(text)}; that region is called ${meant}, so write ${meant}`);
    }
    return parseHostPart(text);
};
const parseHostPart = ascii((text) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
    ? parsed(text)
    : refused(`is ${quote_quote(text)}, which cannot be a region; known ones are ${known.join(', ')}`));
function regionOf(text) {
    const bare = text
        .toLowerCase()
        .replace(/^cn[-_]/, '')
        .replace(/[-_][a-z]$/, '');
    const city = bare.replace(/[-_\s]/g, '');
    return known.find((region) => region === bare || cities[region]?.includes(city));
}

;// CONCATENATED MODULE: ./config/parsers/tags.js


const maxTags = 20;
const tags_form = 'write key=value, such as role=web';
const parseTags = (text) => {
    const lines = text
        .split(/\r\n?|\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
    if (lines.length === 0)
        return refused(`names no tag; ${tags_form}`);
    if (lines.length > maxTags) {
        return refused(`has ${lines.length} lines; give at most ${maxTags} tags, one a line`);
    }
    const read = lines.map(parseTag);
    const tags = read.flatMap((one) => (one.ok ? [one.value] : []));
    return parsedUnless([...read.flatMap((one) => (one.ok ? [] : one.faults)), ...repeats(tags)], tags);
};
function parseTag(line) {
    const end = line.indexOf('=');
    if (end < 0)
        return refused(`has the line ${quote_quote(line)}, which has no "="; ${tags_form}`);
    const key = line.slice(0, end).trim();
    const value = line.slice(end + 1).trim();
    if (key === '')
        return refused(`has the line ${quote_quote(line)}, which has no key; ${tags_form}`);
    if (value === '')
        return refused(`has the line ${quote_quote(line)}, which has no value; ${tags_form}`);
    return line.includes('*')
        ? refused(`has the pattern ${quote_quote(line)}; what is erased must be named, so write key and value in full, such as role=web`)
        : parsed({ key, value });
}
function repeats(tags) {
    const keys = [...new Set(tags.map(({ key }) => key))];
    return keys.flatMap((key) => {
        const values = tags.filter((tag) => tag.key === key).map(({ value }) => value);
        if (values.length === 1)
            return [];
        return new Set(values).size === 1
            ? [`names ${quote_quote(`${key}=${values[0]}`)} more than once; give each tag once`]
            : [
                `gives the key ${quote_quote(key)} more than one value, which no instance can carry at once; give each key once`
            ];
    });
}

;// CONCATENATED MODULE: ./config/inputs.js















const fromSecret = 'set it from a secret (one that is not defined is empty, and so is every secret in a run from a fork)';
const flag = orDefault('false', trimmed(ascii(parseBoolean)));
const duration = (least, most) => trimmed(ascii(durationWithin(least, most)));
const parsers = {
    accessKeyId: required(parseAccessKeyId, fromSecret),
    secretAccessKey: required(parseSecretKey, fromSecret),
    sessionToken: optional(parseSecret),
    region: neverEmpty('bj', 'pick the instances of another region', trimmed(parseRegion)),
    endpoint: trimmed(optional(parseEndpoint)),
    instanceId: trimmed(optional(parseInstanceIds)),
    instanceTag: trimmed(optional(parseTags)),
    imageId: trimmed(optional(ascii(parseImageId))),
    imageName: optional(parseImageName),
    imageWait: orDefault('0s', duration('0s', '6h')),
    adminPass: optional(parsePassword),
    keypairId: trimmed(optional(ascii(parseKeypairId))),
    keepImageLogin: flag,
    userData: optional(parseScript),
    cleanLastUserData: trimmed(optional(ascii(parseBoolean))),
    dryRun: neverEmpty('false', 'erase', trimmed(ascii(parseBoolean))),
    force: flag,
    allowProtected: flag,
    confirmName: optional(parseConfirmName),
    backupImage: neverEmpty('false', 'erase without a backup', trimmed(ascii(parseBoolean))),
    backupKeep: trimmed(optional(ascii(integerWithin(1, 19)))),
    rollback: neverEmpty('false', 'leave a failed instance as it is', trimmed(ascii(parseBoolean))),
    wait: neverEmpty('true', 'change what a green step means', trimmed(ascii(parseBoolean))),
    timeout: orDefault('20m', duration('10s', '24h')),
    pollInterval: orDefault('5s', duration('1s', '5m')),
    maxUnavailable: orDefault('1', trimmed(ascii(parseMaxUnavailable))),
    canary: neverEmpty('0', 'send no canary ahead', trimmed(ascii(integerWithin(0, 1_000)))),
    pauseBetweenBatches: neverEmpty('0s', 'leave out the pause', duration('0s', '24h')),
    maxFailures: orDefault('0', trimmed(ascii(integerWithin(0, 1_000)))),
    requestsPerSecond: orDefault('5', trimmed(ascii(integerWithin(1, 100)))),
    healthCheck: trimmed(optional(parseHealthChecks)),
    guestScript: optional(parseGuestScript),
    guestUser: orDefault('root', trimmed(ascii(parseGuestUser))),
    healthDeadline: orDefault('5m', duration('10s', '2h')),
    minHealthyTime: orDefault('10s', duration('0s', '1h')),
    blbId: trimmed(optional(parseBalancerIds)),
    drainTime: orDefault('30s', duration('0s', '1h')),
    githubToken: optional(parseSecret),
    environment: trimmed(optional(parseText)),
    environmentUrl: trimmed(optional(parseWebUrl)),
    summary: orDefault('true', trimmed(ascii(parseBoolean)))
};
const inputs_inputNames = Object.keys(parsers);
const secretInputs = [
    'secretAccessKey',
    'sessionToken',
    'adminPass',
    'githubToken'
];
function isGiven(values, input) {
    return !(input in values) || values[input] !== undefined;
}
function parseInputs(raw) {
    const values = {};
    const problems = [];
    for (const input of inputs_inputNames) {
        const result = parsers[input](raw[input]);
        if (result.ok) {
            values[input] = result.value;
        }
        else {
            problems.push(...result.faults.map((message) => ({ input, message })));
        }
    }
    return { values: values, problems };
}

;// CONCATENATED MODULE: ./config/rules/without-wait.js


function withoutWaitProblems(values) {
    if (values.wait !== false)
        return [];
    const { rollback, canary = 0, pauseBetweenBatches = 0 } = values;
    const pause = pauseBetweenBatches > 0 ? durationText(pauseBetweenBatches) : undefined;
    const ifGiven = (input) => (isGiven(values, input) ? 'given' : undefined);
    const inputs = [
        [
            'rollback',
            rollback ? 'true' : undefined,
            'what is not waited for cannot be rolled back',
            'rollback to false'
        ],
        [
            'canary',
            canary > 0 ? `${canary}` : undefined,
            'nobody would see whether a canary is healthy before the rest begins',
            'canary to 0'
        ],
        [
            'pauseBetweenBatches',
            pause,
            'a batch that is not waited for has no end to pause after',
            'pauseBetweenBatches to 0s'
        ],
        ['healthCheck', ifGiven('healthCheck'), 'an instance is checked once it runs', 'leave healthCheck out'],
        ['guestScript', ifGiven('guestScript'), 'it runs once the new system is up', 'leave guestScript out'],
        ['blbId', ifGiven('blbId'), 'nobody would give the instances their weights back', 'leave blbId out']
    ];
    return inputs
        .filter(([, set]) => set !== undefined)
        .map(([input, set, reason, remedy]) => ({
        input,
        message: `is ${set}, but wait is false; ${reason}, so set wait to true or ${remedy}`
    }));
}

;// CONCATENATED MODULE: ./config/rules/guards.js




function guardProblems(values) {
    return [
        ...choiceProblems(values, ['instanceId', 'i-YufwpQAe'], ['instanceTag', 'role=web']),
        ...choiceProblems(values, ['imageId', 'm-DpgNg8lO'], ['imageName', 'web-*']),
        ...imageWaitProblems(values),
        ...confirmProblems(values),
        ...backupProblems(values),
        ...withoutWaitProblems(values),
        ...orderProblems(values, 'pollInterval', 'timeout', 'look more often, or wait longer'),
        ...orderProblems(values, 'minHealthyTime', 'healthDeadline', 'ask for a shorter time, or set the deadline later')
    ];
}
function choiceProblems(values, [one, oneSuchAs], [other, otherSuchAs]) {
    const byOne = isGiven(values, one);
    if (byOne !== isGiven(values, other))
        return [];
    const fault = byOne ? `is given together with ${other}` : `is not given, and neither is ${other}`;
    const choice = `give exactly one of ${one} (such as ${oneSuchAs}) and ${other} (such as ${otherSuchAs})`;
    return [{ input: one, message: `${fault}; ${choice}` }];
}
function imageWaitProblems({ imageWait = 0, imageName }) {
    if (imageWait === 0 || !imageName?.includes('*'))
        return [];
    const message = `is ${durationText(imageWait)}, but imageName ${quote_quote(imageName)} is a pattern, which takes an older image at once; ` +
        'give the exact name, or leave imageWait out';
    return [{ input: 'imageWait', message }];
}
function confirmProblems(values) {
    if (!isGiven(values, 'confirmName'))
        return [];
    const count = values.instanceId?.length ?? 1;
    const isByTag = isGiven(values, 'instanceTag') && !isGiven(values, 'instanceId');
    if (count === 1 && !isByTag)
        return [];
    const fault = isByTag ? 'instanceTag may find many instances' : `instanceId names ${count} instances`;
    const remedy = 'a name confirms a single one, so leave confirmName out or give one instanceId';
    return [{ input: 'confirmName', message: `is given, but ${fault}; ${remedy}` }];
}
function backupProblems(values) {
    if (values.backupImage !== false || !isGiven(values, 'backupKeep'))
        return [];
    const message = 'is given, but backupImage is false; backups are only deleted after a new one was made, ' +
        'so set backupImage to true or leave backupKeep out';
    return [{ input: 'backupKeep', message }];
}
function orderProblems(values, shorter, longer, remedy) {
    const { [shorter]: time, [longer]: limit } = values;
    if (time === undefined || limit === undefined || time < limit)
        return [];
    const message = `is ${durationText(time)}, which is not shorter than ${longer} (${durationText(limit)}); ${remedy}`;
    return [{ input: shorter, message }];
}

;// CONCATENATED MODULE: ./config/rules/rules.js


const cipherKeyLength = 16;
function ruleProblems(values) {
    return [
        ...loginProblems(values),
        ...cipherProblems(values),
        ...guardProblems(values),
        ...recordProblems(values)
    ];
}
function loginProblems(values) {
    const ways = ['adminPass', 'keypairId'];
    const given = ways.filter((input) => isGiven(values, input));
    if (values.keepImageLogin === true)
        given.push('keepImageLogin');
    const choice = 'give exactly one of adminPass, keypairId, and keepImageLogin: true';
    const [first] = given;
    if (first === undefined) {
        return 'keepImageLogin' in values
            ? [{ input: 'adminPass', message: `is not given, and nothing else says how to log in; ${choice}` }]
            : [];
    }
    return given.length === 1
        ? []
        : [{ input: first, message: `is given together with ${given.slice(1).join(' and ')}; ${choice}` }];
}
function cipherProblems(values) {
    const { secretAccessKey = '' } = values;
    if (secretAccessKey === '' || secretAccessKey.length >= cipherKeyLength)
        return [];
    if (!isGiven(values, 'adminPass'))
        return [];
    const message = `is shorter than ${cipherKeyLength} characters, too short to encrypt adminPass with; ` +
        'copy the whole key, or log in by keypairId';
    return [{ input: 'secretAccessKey', message }];
}
function recordProblems(values) {
    const inputs = ['githubToken', 'environment', 'environmentUrl'];
    const asked = inputs.filter((input) => isGiven(values, input));
    if (asked.length === 0)
        return [];
    const message = `is not given, but ${asked.join(' and ')} ${asked.length === 1 ? 'is' : 'are'}; ` +
        'a Deployment record needs both githubToken and environment, so give both or none';
    return inputs
        .filter((input) => input !== 'environmentUrl' && !isGiven(values, input))
        .map((input) => ({ input, message }));
}

;// CONCATENATED MODULE: ./config/rules/warnings.js

function valueWarnings({ instanceId = [] }) {
    const strange = instanceId.filter((id) => !id.startsWith('i-'));
    return strange.length === 0
        ? []
        : [
            `instanceId has ${strange.map(quote_quote).join(', ')}: instance IDs usually begin with i-, such as i-YufwpQAe.`
        ];
}

;// CONCATENATED MODULE: ./core/edit-distance.js
function editDistance(one, other, wildcard) {
    let older = [];
    let row = Array.from({ length: other.length + 1 }, (_, length) => length);
    for (let at = 1; at <= one.length; at += 1) {
        const cost = one[at - 1] === wildcard ? 0 : 1;
        const next = [(row[0] ?? 0) + cost];
        for (let length = 1; length <= other.length; length += 1) {
            const replaced = (row[length - 1] ?? 0) + (one[at - 1] === other[length - 1] ? 0 : 1);
            const isSwap = length > 1 && one[at - 1] === other[length - 2] && one[at - 2] === other[length - 1];
            next.push(Math.min((next[length - 1] ?? 0) + cost, (row[length] ?? 0) + cost, replaced, isSwap ? (older[length - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY));
        }
        older = row;
        row = next;
    }
    return row.at(-1) ?? 0;
}

;// CONCATENATED MODULE: ./config/synonyms.js
const words = {
    accessKeyId: 'accessKey accessId ak apiKey apiKeyId keyId bceAccessKeyId bceAccessKey',
    secretAccessKey: 'secretKey secret sk accessKeySecret accessSecret apiSecret bceSecretAccessKey bceSecretKey',
    sessionToken: 'securityToken stsToken bceSessionToken bceSecurityToken',
    region: 'regionId location bceRegion regionName',
    endpoint: 'endpointUrl apiEndpoint bccEndpoint apiUrl baseUrl',
    instanceId: 'instance instances instanceName instanceNames server servers serverId serverName host hosts hostId vm vms vmId machine machines target targets bccId bccInstanceId',
    instanceTag: 'tag tags label labels instanceLabel instanceLabels selector tagSelector filter filters',
    imageId: 'image images',
    imageName: 'imagePattern imageTag imageFilter',
    adminPass: 'password pass passwd adminPassword rootPass rootPassword instancePassword userPassword',
    keypairId: 'keypair keypairName keypairs sshKey sshKeyId sshKeyName keyName',
    keepImageLogin: 'keepLogin keepPassword keepImagePassword imageLogin keepCredentials preserveLogin',
    userData: 'userScript cloudInit startupScript initScript bootScript firstBootScript customData',
    cleanLastUserData: 'cleanUserData clearUserData useLastUserData forgetUserData resetUserData',
    dryRun: 'dry isDryRun checkMode checkOnly check plan planOnly preview simulate simulation noop whatIf validateOnly',
    force: 'forceRebuild isForce always overwrite rebuildAlways',
    allowProtected: 'ignoreProtection allowProtection deletionProtection overrideProtection ignoreDeletionProtection',
    confirmName: 'confirm confirmation confirmInstance confirmInstanceName expectedName expectName name',
    backupImage: 'backup createBackup makeBackup backupFirst snapshot createSnapshot createImage backupBefore',
    backupKeep: 'keepBackups keepBackup backupRetention backupsToKeep backupCount retention keepImages',
    rollback: 'autoRollback rollbackOnFailure rollbackOnError enableRollback undo revert',
    wait: 'noWait waitForCompletion waitUntilDone waitForRunning waitForReady async',
    timeout: 'waitTimeout timeoutMinutes timeoutSeconds timeoutInMinutes deadline maxWait rebuildTimeout',
    pollInterval: 'interval poll polling pollSeconds waitInterval checkInterval pollIntervalSeconds',
    maxUnavailable: 'batch batchSize maxParallel parallel parallelism concurrency maxInFlight maxConcurrency unavailable',
    canary: 'canaries canaryCount canarySize',
    pauseBetweenBatches: 'pause batchPause batchInterval pauseTime pauseBetween batchDelay delay sleep',
    maxFailures: 'maxErrors failureLimit errorLimit errorBudget maxFail allowedFailures tolerance',
    requestsPerSecond: 'rps qps rate rateLimit maxQps callsPerSecond requestRate',
    healthCheck: 'health healthUrl healthCheckUrl healthCheckPath healthEndpoint readinessProbe probe smokeTest',
    guestScript: 'script guestCommand postScript healthScript checkScript remoteScript runScript',
    guestUser: 'user runAs scriptUser guestUsername',
    healthDeadline: 'healthTimeout healthCheckTimeout healthyDeadline healthWait',
    minHealthyTime: 'healthyTime minReadySeconds minHealthySeconds minHealthy stableTime',
    blbId: 'blb lb lbId elb slb loadBalancer loadBalancers loadBalancerId loadBalancerIds appBlbId balancer balancerId',
    drainTime: 'drain drainTimeout drainSeconds drainDelay connectionDraining deregistrationDelay',
    githubToken: 'ghToken repoToken ghsToken',
    environment: 'environmentName deployEnvironment deploymentEnvironment githubEnvironment env',
    environmentUrl: 'deployUrl deploymentUrl siteUrl appUrl',
    summary: 'jobSummary stepSummary writeSummary summarize'
};
function bareName(name) {
    return name.toLowerCase().replace(/[-_\s]/g, '');
}
const synonyms = new Map(Object.entries(words).flatMap(([input, text]) => text.split(' ').map((word) => [bareName(word), input])));

;// CONCATENATED MODULE: ./config/unknown-inputs.js




const prefix = 'INPUT_';
const longName = 6;
function undeclaredInputs(environment) {
    const declared = new Set(inputNames.map((name) => name.toUpperCase()));
    return Object.keys(environment)
        .filter((name) => name.toUpperCase().startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .filter((name) => name !== '' && !declared.has(name.toUpperCase()))
        .toSorted((one, other) => (one < other ? -1 : 1));
}
function judgeUnknown(undeclared) {
    const problems = [];
    const unknown = [];
    for (const name of undeclared) {
        const meant = unknown_inputs_meantBy(name);
        if (meant === undefined)
            unknown.push(name);
        else {
            problems.push({
                input: meant,
                message: `is not spelled ${shown(name)}; GitHub only warns of an unknown input, and it has no effect. Write ${meant}, or remove it.`
            });
        }
    }
    const warnings = unknown.length === 0
        ? []
        : [`This action has no input ${unknown.map(shown).join(', ')}: without effect. Check the spelling.`];
    return { problems, warnings };
}
function shown(name) {
    return quote_quote(name.toLowerCase());
}
function unknown_inputs_meantBy(name) {
    const bare = bareName(name);
    const near = inputs_inputNames
        .map((input) => ({ input, edits: editDistance(bare, bareName(input)) }))
        .filter(({ input, edits }) => edits <= (bareName(input).length < longName ? 1 : 2))
        .toSorted((one, other) => one.edits - other.edits);
    return near.find(({ edits }) => edits === 0)?.input ?? synonyms.get(bare) ?? near[0]?.input;
}

;// CONCATENATED MODULE: ./config/config.js










function parseConfig(raw, undeclared = []) {
    const { values, problems } = parseInputs(raw);
    const unknown = judgeUnknown(undeclared);
    const all = [...unknown.problems, ...problems, ...ruleProblems(values)];
    const warnings = [...unknown.warnings, ...valueWarnings(values)];
    if (all.length > 0) {
        return { ok: false, problems: all.toSorted(byInput), warnings };
    }
    return { ok: true, config: toConfig(values), warnings };
}
function byInput(one, other) {
    return inputs_inputNames.indexOf(one.input) - inputs_inputNames.indexOf(other.input);
}
function toConfig(values) {
    const { accessKeyId, secretAccessKey, sessionToken, githubToken, environment, environmentUrl } = values;
    const { cleanLastUserData } = values;
    const userData = values.userData === undefined ? undefined : new secret/* Secret */.z(values.userData);
    const rebuildOptions = { login: toLogin(values), ...(0,without_undefined/* withoutUndefined */.r)({ userData, cleanLastUserData }) };
    return {
        credentials: { accessKeyId, secretAccessKey, ...(0,without_undefined/* withoutUndefined */.r)({ sessionToken }) },
        endpoint: values.endpoint ?? endpointOfRegion(values.region),
        requestsPerSecond: values.requestsPerSecond,
        request: toRequest(values, rebuildOptions),
        rebuildOptions,
        ...(githubToken !== undefined &&
            environment !== undefined && {
            record: { githubToken, environment, ...(0,without_undefined/* withoutUndefined */.r)({ environmentUrl }) }
        }),
        summary: values.summary
    };
}
function toRequest(values, rebuildOptions) {
    const { instanceId = [], instanceTag, imageId, imageName = '' } = values;
    const { userData, confirmName, backupImage, backupKeep, blbId } = values;
    return {
        selection: instanceTag ? { kind: 'tags', tags: instanceTag } : { kind: 'ids', ids: instanceId },
        image: imageId === undefined ? { kind: 'name', pattern: imageName } : { kind: 'id', id: imageId },
        ...(values.endpoint === undefined && { region: values.region }),
        imageWaitMs: values.imageWait,
        options: withoutSecrets(rebuildOptions),
        ...(0,without_undefined/* withoutUndefined */.r)({ scriptWarning: userData === undefined ? undefined : userDataWarning(userData) }),
        dryRun: values.dryRun,
        force: values.force,
        allowProtected: values.allowProtected,
        ...(0,without_undefined/* withoutUndefined */.r)({ confirmName }),
        ...(backupImage && { backup: (0,without_undefined/* withoutUndefined */.r)({ keep: backupKeep }) }),
        rollback: values.rollback,
        wait: values.wait,
        timeoutMs: values.timeout,
        pollIntervalMs: values.pollInterval,
        rollout: {
            maxUnavailable: values.maxUnavailable,
            canary: values.canary,
            pauseMs: values.pauseBetweenBatches,
            maxFailures: values.maxFailures
        },
        ...(0,without_undefined/* withoutUndefined */.r)({ health: toHealth(values) }),
        ...(blbId !== undefined && { balancers: { blbIds: blbId, drainMs: values.drainTime } })
    };
}
function toHealth(values) {
    const { healthCheck = [], guestScript, guestUser, healthDeadline, minHealthyTime } = values;
    const times = { deadlineMs: healthDeadline, minHealthyTimeMs: minHealthyTime };
    if (guestScript === undefined) {
        return healthCheck.length === 0 ? undefined : { checks: healthCheck, ...times };
    }
    const proof = healthCheck.some(({ kind }) => kind === 'assistant') ? [] : [{ kind: 'assistant' }];
    const checks = [...healthCheck, ...proof, { kind: 'guestScript', user: guestUser }];
    return { checks, ...times, guestScript: (0,guest_system/* guestScriptOf */.HL)(guestScript, guestUser) };
}
function toLogin({ adminPass, keypairId }) {
    if (adminPass !== undefined) {
        return { kind: 'adminPass', adminPass: new secret/* Secret */.z(adminPass) };
    }
    return keypairId === undefined ? { kind: 'keepImageLogin' } : { kind: 'keypairId', keypairId };
}

// EXTERNAL MODULE: ./core/listed.js
var core_listed = __nccwpck_require__(4748);
;// CONCATENATED MODULE: ./core/model/bcc-status.js
const bcc_status_kinds = new Map([
    ['Running', 'up'],
    ['Stopped', 'down'],
    ['Error', 'broken'],
    ['Starting', 'moving'],
    ['Stopping', 'moving'],
    ['ImageProcessing', 'moving'],
    ['SnapshotProcessing', 'moving'],
    ['Scaling', 'foreign'],
    ['Recharging', 'foreign'],
    ['VolumeResizing', 'foreign'],
    ['BillingChanging', 'foreign'],
    ['ChangeSubnet', 'foreign'],
    ['ChangeVpc', 'foreign'],
    ['AttachingPort', 'foreign'],
    ['DetachingPort', 'foreign'],
    ['Moving', 'foreign'],
    ['Expired', 'gone'],
    ['Deleted', 'gone'],
    ['Recycled', 'gone']
]);
function bcc_status_statusKind(status) {
    return bcc_status_kinds.get(status) ?? 'unknown';
}
function bcc_status_isSettled(status) {
    const kind = bcc_status_statusKind(status);
    return kind === 'up' || kind === 'down' || kind === 'broken' || kind === 'gone';
}
function bcc_status_isProcessing(status) {
    return status === 'ImageProcessing' || status === 'SnapshotProcessing';
}
function bcc_status_mayShowRebuild(status) {
    const kind = bcc_status_statusKind(status);
    return (kind === 'moving' || kind === 'unknown') && !bcc_status_isProcessing(status);
}

;// CONCATENATED MODULE: ./core/rebuild/evidence.js

const lateMs = 30_000;
function gatherEvidence(rebuild, observation) {
    const { reference, evidence, task } = rebuild;
    if (reference === undefined)
        return evidence;
    const { answeredAtMs } = observation;
    const next = { ...evidence };
    const isAtRest = isSettled(observation.instance.status) && !isDiskAtWork(rebuild, observation);
    if (!isAtRest || isOtherNow(reference, observation))
        next.disturbedAtMs ??= answeredAtMs;
    noteProcessing(rebuild, observation, next);
    if (hasLeft(reference, observation))
        next.leftAtMs ??= answeredAtMs;
    if (contradicts(rebuild, reference, observation))
        next.contradictedAtMs ??= answeredAtMs;
    if (reference.instance.imageId !== task.image.id) {
        next.image = changeAfter(evidence.image, observation.instance.imageId === task.image.id, observation);
    }
    if (reference.disk && observation.disk) {
        next.disk = changeAfter(evidence.disk, isNewDisk(reference.disk, observation.disk), observation);
    }
    return next;
}
function changeAfter(before, isNew, observation) {
    if (before?.atMs !== undefined)
        return before;
    return isNew ? { ...before, atMs: observation.answeredAtMs } : { oldAtMs: observation.atMs };
}
function isDiskAtWork(rebuild, observation) {
    return observation.disk !== null && diskReadiness(rebuild, observation) === 'unsettled';
}
function noteProcessing(rebuild, { atMs, answeredAtMs, instance }, next) {
    const { processingAtMs, processedAtMs } = next;
    if (isProcessing(instance.status)) {
        const isAnother = processedAtMs !== undefined && !hasDeparted(rebuild);
        if (processingAtMs !== undefined && !isAnother)
            return;
        next.processingAtMs = answeredAtMs;
        next.processedAtMs = undefined;
    }
    else if (processingAtMs !== undefined && isSettled(instance.status))
        next.processedAtMs ??= atMs;
}
function hasLeft(reference, observation) {
    const { status } = observation.instance;
    if (!isSettled(status))
        return mayShowRebuild(status);
    return isSettled(reference.instance.status) && status !== reference.instance.status;
}
function contradicts(rebuild, reference, observation) {
    const { last, evidence, history } = rebuild;
    if (last === undefined)
        return false;
    const wasBack = evidence.leftAtMs !== undefined && statusKind(last.instance.status) === 'up';
    if (wasBack && !isSettled(observation.instance.status))
        return true;
    const { imageId } = observation.instance;
    if (imageId !== last.instance.imageId) {
        const since = history.filter(({ atMs }) => atMs > reference.answeredAtMs);
        if ([reference.instance, ...since].some((seen) => seen.imageId === imageId))
            return true;
    }
    if (evidence.disk?.atMs === undefined || !reference.disk || !observation.disk)
        return false;
    return !isOtherDisk(reference.disk, observation.disk);
}
function isOtherNow(reference, { instance, disk }) {
    return isOtherDisk(reference.disk, disk) || reference.instance.imageId !== instance.imageId;
}
function isOtherDisk(before, now) {
    if (!before || !now)
        return false;
    return before.id !== now.id || before.createTime !== now.createTime;
}
function isNewDisk(before, now) {
    const areDated = before.createTime !== '' && now.createTime !== '';
    return before.id !== now.id || (areDated && before.createTime !== now.createTime);
}
function hasStarted(rebuild) {
    return rebuild.evidence.leftAtMs !== undefined || isReplaced(rebuild);
}
function hasDeparted(rebuild) {
    const { leftAtMs, processingAtMs, processedAtMs, image, disk } = rebuild.evidence;
    if (leftAtMs !== undefined)
        return true;
    if (processingAtMs === undefined)
        return false;
    return [image, disk].some(({ atMs, oldAtMs } = {}) => {
        if (atMs === undefined || atMs < processingAtMs)
            return false;
        return oldAtMs === undefined ? rebuild.adopted : processedAtMs === undefined || oldAtMs < processedAtMs;
    });
}
function isReplaced({ evidence: { image, disk } }) {
    return [image, disk].some((change) => change?.atMs !== undefined);
}
function wasRebuiltByOthers(rebuild) {
    const { adopted, history, last, task } = rebuild;
    if (!adopted)
        return false;
    const cameToTarget = last?.instance.imageId === task.image.id && history[0]?.imageId !== task.image.id;
    return isReplaced(rebuild) || cameToTarget;
}
function changedLate({ evidence: { image, disk }, referenceAtMs }) {
    if (referenceAtMs === undefined)
        return false;
    return [image, disk].some(({ atMs, oldAtMs } = {}) => atMs !== undefined && oldAtMs !== undefined && oldAtMs - referenceAtMs >= lateMs);
}
function needsDisk(rebuild) {
    if (rebuild.streak?.observations === 0)
        return true;
    if (hasDeparted(rebuild) || changedLate(rebuild))
        return false;
    return (rebuild.reference?.instance.imageId === rebuild.task.image.id ||
        rebuild.evidence.image?.atMs !== undefined);
}
function acceptedSinceMs(rebuild) {
    const sent = rebuild.phases.findLast(({ phase }) => phase === 'sending');
    return rebuild.acceptedAtMs ?? (rebuild.sends > 0 ? sent?.fromMs : undefined) ?? rebuild.referenceAtMs;
}
function diskReadiness(rebuild, observation) {
    if (observation.disk === undefined)
        return 'unasked';
    if (observation.disk === null)
        return rebuild.reference?.disk ? 'unsettled' : 'settled';
    const { status } = observation.disk;
    const lacksAsBefore = status === '' && (rebuild.reference?.disk?.status ?? '') === '';
    return lacksAsBefore || /^in[_-]?use$/i.test(status) ? 'settled' : 'unsettled';
}

;// CONCATENATED MODULE: ./core/rebuild/disk-state.js

function diskStateOf(rebuild) {
    const { ending } = rebuild;
    const isUnproven = ending?.kind === 'failed' && ending.reason.kind === 'unproven';
    if (isUnproven && !isReplaced(rebuild))
        return 'unknown';
    if (rebuild.phase === 'sending')
        return 'unknown';
    if (rebuild.inDoubt)
        return hasStarted(rebuild) ? 'erased' : 'unknown';
    if (rebuild.sends === 0)
        return wasRebuiltByOthers(rebuild) ? 'erased' : 'untouched';
    return rebuild.acceptedAtMs !== undefined || hasStarted(rebuild) ? 'erased' : 'unknown';
}
function isUnsent({ sends, inDoubt }) {
    return sends === 0 && !inDoubt;
}

;// CONCATENATED MODULE: ./core/model/backend-server.js
function poolKey({ kind, blbId, groupId }) {
    return JSON.stringify([kind, blbId, groupId]);
}
function updateName({ kind }) {
    return kind === 'blb' ? 'UpdateBlbServer' : 'UpdateAppBlbServerGroupRs';
}

;// CONCATENATED MODULE: ./core/balancers/held-weights.js

function openHeldWeights(heldWeights) {
    return heldWeights.filter(({ state }) => state !== 'returned');
}
function withHeldWeight(heldWeights, server, state) {
    const known = heldWeights.findIndex((heldWeight) => poolKey(heldWeight.server) === poolKey(server));
    const at = known < 0 ? heldWeights.length : known;
    return heldWeights.toSpliced(at, 1, ...(state === 'unchanged' ? [] : [{ server, state }]));
}
function currentWeights(backendServers, heldWeights) {
    const held = new Set(heldWeights.map(({ server }) => poolKey(server)));
    const unheld = backendServers.filter((server) => !held.has(poolKey(server)));
    return [
        ...unheld.map((server) => ({ server, currentWeight: server.weight })),
        ...heldWeights.map(({ server, state }) => ({
            server,
            currentWeight: state === 'returned' ? server.weight : 0
        }))
    ];
}
function describeHeldWeights(heldWeights) {
    return openHeldWeights(heldWeights)
        .map(({ server }) => `${poolLabel(server)} (was ${server.weight})`)
        .join(', ');
}
function poolLabel({ blbId, groupId }) {
    return groupId === undefined ? blbId : `${blbId}/${groupId}`;
}

;// CONCATENATED MODULE: ./core/run/instance-run.js


function instance_run_plannedRun(target) {
    return { target, progress: 'planned', heldWeights: [], knownHosts: [], cancelled: false };
}
function rebuildsOf({ rebuild, rollback }) {
    return [rebuild, rollback?.rebuild].filter((one) => one !== undefined);
}
function instance_run_historyOf(run) {
    const all = rebuildsOf(run).flatMap(({ history }) => history);
    return all.filter(({ status, imageId }, at) => status !== all[at - 1]?.status || imageId !== all[at - 1]?.imageId);
}
function beforeRebuild({ target, rebuild }) {
    const { instance, disk } = (rebuild && !isUnsent(rebuild) && rebuild.reference) || target;
    return { instance, disk: disk ?? target.disk };
}
function lastSeen(run) {
    return rebuildsOf(run).findLast(({ last }) => last !== undefined)?.last;
}
function latestInstance(run) {
    return (lastSeen(run) ?? run.target).instance;
}
function instance_run_diskOf(run) {
    const states = rebuildsOf(run).map(diskStateOf);
    if (states.includes('erased'))
        return 'erased';
    return states.includes('unknown') ? 'unknown' : 'untouched';
}
function usableBackup({ backup }) {
    return backup?.isAvailable ? backup.imageId : undefined;
}
function previousImageId(run) {
    return usableBackup(run) ?? beforeRebuild(run).instance.imageId;
}
function isLowered({ heldWeights }) {
    return openHeldWeights(heldWeights).length > 0;
}

;// CONCATENATED MODULE: ./core/run/instance-end.js


function endOf(run) {
    if (run.progress === 'planned')
        return refusedEnd(run);
    if (run.progress === 'working')
        return undefined;
    if (isWithdrawn(run))
        return { kind: 'withdrawn' };
    const cause = causeOf(run);
    if (run.cancelled) {
        const goesOn = rebuildsOf(run).some(goesOnByItself);
        return { kind: 'cancelled', at: cancelledAt(run, cause), goesOn, cause };
    }
    if (run.rollback !== undefined) {
        return { kind: instance_end_isRolledBack(run) ? 'rolledBack' : 'rollbackFailed', cause: cause ?? 'rolloutStopped' };
    }
    if (cause !== undefined)
        return { kind: 'failed', cause };
    const kind = successOf(run);
    return kind && { kind };
}
function instance_end_hasSucceeded(run) {
    return successOf(run) !== undefined && causeOf(run) === undefined && !run.cancelled;
}
function successOf({ rebuild }) {
    const kind = rebuild?.ending?.kind;
    return kind === 'rebuilt' || kind === 'skipped' || kind === 'started' ? kind : undefined;
}
function isAdopted({ rebuild }) {
    return rebuild?.adopted === true && rebuild.ending?.kind === 'rebuilt';
}
function isWithdrawn({ rebuild }) {
    return rebuild?.ending?.kind === 'withdrawn';
}
function isRolledBackWithOthers(run) {
    return run.rollback !== undefined && causeOf(run) === undefined;
}
function instance_end_isRolledBack({ rollback }) {
    const kind = rollback?.rebuild?.ending?.kind;
    return (kind === 'rebuilt' || kind === 'skipped') && rollback?.health?.healthy !== false;
}
function refusedEnd({ target: { decision } }) {
    if (decision.action !== 'refuse')
        return undefined;
    return { kind: 'failed', cause: { kind: 'refused', refusals: decision.refusals } };
}
function causeOf({ rebuild, health, rejoinProblem }) {
    if (rebuild?.ending?.kind === 'failed') {
        const { reason } = rebuild.ending;
        return reason.kind === 'refused' ? reason : { kind: 'rebuild', rebuild, reason };
    }
    if (health?.healthy === false)
        return { kind: 'unhealthy', health };
    return rejoinProblem === undefined ? undefined : { kind: 'rejoin', problem: rejoinProblem };
}
function cancelledAt({ rebuild, backup, rollback }, cause) {
    if (cause !== undefined || rollback !== undefined)
        return 'rollback';
    if (rebuild === undefined)
        return 'beforeSend';
    if (rebuild.ending?.kind !== 'cancelled')
        return 'health';
    return isUnsent(rebuild) && backup !== undefined ? 'beforeSend' : 'rebuild';
}
function goesOnByItself(rebuild) {
    const { ending, adopted, starts } = rebuild;
    return ending?.kind === 'cancelled' && (!isUnsent(rebuild) || adopted || starts > 0);
}

;// CONCATENATED MODULE: ./core/run/left-for-post-step.js




function restorableRuns({ instances }) {
    return instances.filter(isLowered).flatMap((run) => {
        const imageId = servingImage(run);
        return imageId === undefined ? [] : [{ run, imageId }];
    });
}
function loweredIds({ instances }) {
    return instances.filter(isLowered).map(({ target }) => target.instance.id);
}
function servingImage(run) {
    const { target, rollback } = run;
    if (run.progress === 'working' && rebuildsOf(run).at(-1)?.phase === 'sending')
        return undefined;
    if (instance_run_diskOf(run) === 'untouched')
        return target.instance.imageId;
    const end = endOf(run);
    if (end?.kind === 'rolledBack')
        return rollback?.imageId;
    const isHealthy = end?.kind === 'rebuilt' || (end?.kind === 'failed' && end.cause.kind === 'rejoin');
    return isHealthy ? target.task.image.id : undefined;
}
function hiddenRebuilds({ instances }) {
    return instances.filter(mayBeHidden).map(({ target }) => target.instance.id);
}
function mayBeHidden(run) {
    const rebuild = rebuildsOf(run).at(-1);
    if (rebuild === undefined || instance_run_diskOf(run) === 'untouched' || instance_end_isRolledBack(run))
        return false;
    const { ending } = rebuild;
    const isUnproven = ending?.kind === 'failed' && ending.reason.kind === 'unproven';
    return isLeftAlone(rebuild, run) && (isUnproven || !hasShown(rebuild));
}
function isLeftAlone({ ending }, run) {
    if (ending === undefined)
        return run.progress === 'working';
    if (ending.kind !== 'failed')
        return ending.kind === 'cancelled';
    return ending.reason.kind === 'call' || ending.reason.kind === 'unproven';
}
function hasShown(rebuild) {
    const { phases, history } = rebuild;
    const sentMs = phases.findLast(({ phase }) => phase === 'sending')?.fromMs;
    if (sentMs === undefined)
        return true;
    return hasDeparted(rebuild) || history.some(({ atMs, status }) => atMs >= sentMs && bcc_status_mayShowRebuild(status));
}

;// CONCATENATED MODULE: ./core/run/instance-status.js

function statusOf(run, state) {
    const end = endOf(run);
    if (end === undefined)
        return run.progress === 'planned' ? untouchedStatus(state) : 'inProgress';
    switch (end.kind) {
        case 'cancelled':
            if (end.goesOn)
                return 'inProgress';
            return run.rebuild?.ending?.kind === 'rebuilt' || end.at === 'rollback' ? 'failed' : 'notStarted';
        case 'withdrawn':
            return 'notStarted';
        case 'rollbackFailed':
            return 'failed';
        default:
            return end.kind;
    }
}
function untouchedStatus({ course, instances }) {
    const isRefused = instances.some(({ target }) => target.decision.action === 'refuse');
    return course === undefined && !isRefused ? 'planned' : 'notStarted';
}
function runStatus(state) {
    const statuses = new Set(state.instances.map((run) => statusOf(run, state)));
    if (statuses.has('inProgress'))
        return 'inProgress';
    const isGood = statuses.has('rebuilt') || statuses.has('skipped') || statuses.has('started');
    const isBad = statuses.has('failed') || statuses.has('notStarted') || statuses.size === 0;
    if (isBad || statuses.has('rolledBack')) {
        if (isGood)
            return 'partial';
        return statuses.has('failed') || !statuses.has('rolledBack') ? 'failed' : 'rolledBack';
    }
    if (statuses.has('planned'))
        return 'planned';
    if (statuses.has('started'))
        return 'started';
    return statuses.has('rebuilt') ? 'rebuilt' : 'skipped';
}

// EXTERNAL MODULE: ./core/health/unhealthy.js + 1 modules
var unhealthy = __nccwpck_require__(4864);
;// CONCATENATED MODULE: ./core/plan/refusal.js
function describeRefusals(refusals) {
    return refusals.map(({ reason }) => reason).join('; ');
}
function remedyOfRefusals(refusals) {
    return refusals.map(({ remedy }) => remedy).join(' ');
}

// EXTERNAL MODULE: ./core/model/failure.js
var model_failure = __nccwpck_require__(5437);
// EXTERNAL MODULE: ./core/time.js
var time = __nccwpck_require__(1552);
;// CONCATENATED MODULE: ./core/rebuild/batch-refusal.js
const signatureCodes = new Set([
    'iamsignatureinvalid',
    'invalidaccesskeyid',
    'invalidhttpauthheader',
    'signaturedoesnotmatch'
]);
function mayBePartlyDone({ kind, code = '', httpStatus }) {
    if (kind === 'ambiguous' || kind === 'malformed')
        return true;
    if (httpStatus === undefined || kind === 'skewed')
        return false;
    return !signatureCodes.has(code.toLowerCase());
}

;// CONCATENATED MODULE: ./core/report/call-remedy.js

const rerunIsSafe = 'A re-run is safe: it waits for a rebuild that is under way, and skips an instance that runs on the image.';
function call_remedy_callRemedy(failure, rerun, region) {
    const again = rerun === undefined ? '' : ` ${rerun}`;
    switch (failure.kind) {
        case 'denied':
            return `${deniedRemedy(failure)}${again}`;
        case 'notFound':
            return notFoundRemedy(failure, region);
        case 'conflict':
            return `Look at the state of the instance in the console and at what else works on it.${again}`;
        case 'invalid':
            return `${invalidRemedy(failure)}${again}`;
        case 'throttled':
            return `The service asks to slow down: run again later, or with a lower requestsPerSecond or a longer pollInterval.${again}`;
        case 'unreached':
            return `${unreachedRemedy(failure, region)}${again}`;
        case 'unsent':
            return `Nothing was sent. Fix what the message names: the certificate (NODE_EXTRA_CA_CERTS), the proxy or the disk of the runner.${again}`;
        case 'skewed':
            return `Set the clock of the runner right; of a temporary key, check sessionToken, which may have run out.${again}`;
        case 'ambiguous':
        case 'transient':
        case 'malformed':
            return `The service or the network is in trouble: run again later.${again}`;
    }
}
const wrongKeyCodes = new Set([
    ...signatureCodes,
    'invalidsignature',
    'signatureinvalid'
]);
function deniedRemedy({ code, operation }) {
    if (code === undefined) {
        return `Check that the policy of the user permits ${operation}, then accessKeyId and secretAccessKey.`;
    }
    return wrongKeyCodes.has(code.toLowerCase())
        ? 'Check accessKeyId, secretAccessKey and, if given, sessionToken, which may have run out.'
        : `Let the policy of the user permit ${operation}.`;
}
function invalidRemedy({ code }) {
    return code === 'Image.ImageQuotaExceedLimit'
        ? 'Delete custom images that are no longer needed, or have the quota raised.'
        : 'Change what the message names: the service does not accept the request as it is.';
}
const inputs = [
    [/Image/, 'imageId'],
    [/Blb/, 'blbId'],
    [/Instance/, 'instanceId']
];
function notFoundRemedy({ operation, target }, region) {
    const input = inputs.find(([pattern]) => pattern.test(operation))?.[1] ?? 'the ID';
    return region === undefined
        ? `Check ${input} and endpoint: ${target} is not known there.`
        : `Check ${input} and region: ${target} is not known in region ${region}.`;
}
function unreachedRemedy({ barrier }, region) {
    const input = region === undefined ? 'endpoint' : `region (${region})`;
    if (barrier === 'proxy') {
        return 'Check https_proxy and no_proxy of the runner: the proxy does not answer, or refuses.';
    }
    return barrier === 'hostName'
        ? `Check ${input}: its host name is not known. If it is right, check DNS on the runner.`
        : `Check ${input}, and whether the runner can reach it: firewall, https_proxy, no_proxy.`;
}

;// CONCATENATED MODULE: ./core/report/explain.js





function explain_wholeCause({ cause, observed }) {
    return observed === undefined ? cause : `${cause} Seen: ${observed}.`;
}
function explainCancel(rebuild) {
    const status = rebuild.last?.instance.status ?? 'unknown';
    return {
        cause: `cancelled; its last status was ${status}.`,
        remedy: diskStateOf(rebuild) === 'untouched'
            ? 'There is nothing to repair.'
            : `A rebuild cannot be called back and goes on without this run. ${hasStarted(rebuild) ? 'Run again to wait for its end: it is not erased twice.' : 'Run again once it shows, to wait for its end: before that, a re-run erases the disk again.'}`
    };
}
function explain(rebuild, reason) {
    switch (reason.kind) {
        case 'backup':
        case 'drain': {
            const what = reason.kind === 'backup' ? 'the backup failed' : 'its weight could not be set to 0';
            const { cause, remedy } = reason.problem;
            return { cause: `${what}, so nothing was erased. ${cause}`, remedy };
        }
        case 'call':
            return explainCall(rebuild, reason.failure);
        default:
            return { ...explainSeen(rebuild, reason), observed: historyLabel(rebuild) };
    }
}
function explainSeen(rebuild, reason) {
    const { task } = rebuild;
    const waited = (0,time/* formatDuration */.a3)(task.timeoutMs);
    switch (reason.kind) {
        case 'busy':
            return {
                cause: `somebody else's change was still under way after ${waited}, so nothing was sent; its status is ${reason.status}.`,
                remedy: 'Find out who changes the instance, and run again when it has ended.'
            };
        case 'unclear':
            return {
                cause: `it was ${reason.status} when this run came, and now runs on ${task.image.id}; whether that was the rebuild that force asks for cannot be told.`,
                remedy: 'If the change was a cancelled run of yours, the work is done. If not, run again: now that the change has ended, force rebuilds it.'
            };
        case 'unproven':
            return {
                cause: `the rebuild is not proven: ${answerOf(rebuild)}, and in ${waited} nothing showed that it took place and ended.`,
                remedy: `${lookFirst} Set timeout higher than ${waited} if it only needs longer.`
            };
        case 'timedOut':
            return {
                cause: `still ${reason.status} ${waited} after the rebuild was accepted.`,
                remedy: `Look at the instance in the console${requestLabel(rebuild)}. If it only needs longer, set timeout higher than ${waited}. ${rerunIsSafe}`
            };
        case 'status':
            return {
                cause: `the rebuild ended in the status ${reason.status}.`,
                remedy: `Look at the instance in the console${requestLabel(rebuild)}. ${reason.status === 'Error' ? 'A re-run rebuilds an instance in Error.' : 'Renew or restore it before you run again.'}`
            };
        case 'wrongImage':
            return {
                cause: `it runs on the image ${reason.imageId}${reason.imageName === '' ? '' : ` (${reason.imageName})`} instead of ${task.image.id}.`,
                remedy: 'Find out whether somebody else rebuilt it; then run again.'
            };
        case 'gone':
            return {
                cause: 'the API no longer knows the instance.',
                remedy: 'Check whether it was released, and check region and instanceId.'
            };
        case 'changed':
            return {
                cause: `changed during its health check: ${changeLabel(reason)}.`,
                remedy: 'Find out who changes the instance, and run again when that has ended.'
            };
    }
}
function answerOf({ acceptedAtMs, lastFailure }) {
    if (acceptedAtMs !== undefined)
        return 'it was accepted';
    const code = lastFailure && isRebuildCall(lastFailure) ? lastFailure.code : undefined;
    return code === undefined ? 'its answer was lost' : `the service answered with ${code}`;
}
function changeLabel({ was, now }) {
    if (was.status === now.status && was.imageId === now.imageId)
        return 'its system disk is another one, or does not settle';
    return `it was ${was.status} on ${was.imageId}, and is ${now.status} on ${now.imageId}`;
}
const lookFirst = 'Look at the instance in the console first: the rebuild may still come, and a re-run before it shows erases the disk again.';
function rerunNote(rebuild) {
    if (isUnsent(rebuild))
        return undefined;
    return hasStarted(rebuild) ? rerunIsSafe : lookFirst;
}
function requestLabel({ requestIds }) {
    const id = requestIds.at(-1);
    return id === undefined ? '' : `, with the request ID ${id}`;
}
function explainCall(rebuild, failure) {
    const goesOn = rebuild.sends > 0 && rebuild.proven === undefined ? ' The rebuild goes on without this run.' : '';
    const remedy = isRebuildCall(failure) && failure.kind === 'notFound'
        ? unknownRemedy(rebuild, failure)
        : call_remedy_callRemedy(failure, rerunNote(rebuild));
    const named = failure.target === rebuild.task.instanceId ? { ...failure, target: '' } : failure;
    return { cause: `${(0,model_failure/* describeFailure */.Ic)(named)}.${goesOn}`, remedy };
}
function isRebuildCall({ operation }) {
    return operation === 'RebuildInstance' || operation === 'RebuildBatchInstance';
}
function unknownRemedy({ task }, { code = '', target }) {
    if (/^keypair\./i.test(code))
        return 'Check keypairId: the region has no key pair with this ID.';
    const keyPair = task.loginKind === 'keypairId' ? ', the key pair (keypairId)' : '';
    return `Check whether the instance ${target}${keyPair} and the image ${task.image.id} are there.`;
}
function historyLabel(rebuild) {
    const first = rebuild.history[0];
    if (first === undefined)
        return 'nothing';
    return rebuild.history
        .map((seen) => `${seen.status} on ${seen.imageId} after ${(0,time/* formatDuration */.a3)(seen.atMs - first.atMs)}`)
        .join(', ');
}

;// CONCATENATED MODULE: ./core/report/explain-health.js


const mostChanges = 5;
function explainHealth(health) {
    const allowed = (0,time/* formatDuration */.a3)(health.deadlineMs - health.fromMs);
    const reason = health.reason.kind === 'failing' ? reasonOf(health.reason.failed) : 'unhealthy';
    const head = reason === 'noAgent' ? 'its Cloud Assistant agent did not come online' : 'not healthy';
    return {
        reason,
        cause: `${head} within healthDeadline (${allowed}); last: ${(0,unhealthy/* describeNotHealthy */.O$)(health.reason)}.`,
        observed: observedIn(health),
        remedy: remedyOf(reason, allowed)
    };
}
function reasonOf(failed) {
    const [first, ...others] = failed.filter(({ reason }) => reason.kind !== 'notProven');
    if (first === undefined || others.length > 0)
        return 'unhealthy';
    switch (first.reason.kind) {
        case 'agentOffline':
            return 'noAgent';
        case 'sameBoot':
        case 'olderBoot':
            return 'oldSystem';
        case 'assistantCall':
            return 'assistant';
        case 'runFailed':
        case 'runLate':
            return first.check === 'guestScript' ? 'guestScript' : 'assistant';
        case 'script':
            return 'guestScript';
        default:
            return 'unhealthy';
    }
}
function remedyOf(reason, allowed) {
    const longer = `if it only needs longer, set healthDeadline higher than ${allowed}.`;
    switch (reason) {
        case 'noAgent':
            return `Is the agent (bsm-agent) in the image? Is Cloud Assistant switched on in the console? Did the system boot? ${longer}`;
        case 'oldSystem':
            return 'Look at the instance in the console: the rebuild shows as done, and the system inside was not booted after it. Do not trust it until you know why.';
        case 'assistant':
            return `Look at the run in the console of Cloud Assistant, and whether the user has the permission; ${longer}`;
        case 'guestScript':
            return `What the script printed last is in the log. Fix what it names; ${longer}`;
        case 'unhealthy':
            return `Check the instance and what healthCheck asks; ${longer}`;
    }
}
function observedIn({ history }) {
    if (history.length < 2)
        return undefined;
    const latest = history.slice(-mostChanges).map(({ failed }) => (0,unhealthy/* describeFailed */.hi)(failed));
    return [...(history.length > mostChanges ? ['…'] : []), ...latest].join(', then ');
}

;// CONCATENATED MODULE: ./core/report/why-not-rolled-back.js

function whyNotRolledBack({ target, rebuild, rollback, cancelled }) {
    const isAskedFor = target.circumstances.rollbackImage.kind !== 'notAsked';
    if (!isAskedFor || rollback !== undefined || cancelled || rebuild?.ending?.kind !== 'failed')
        return undefined;
    if (diskStateOf(rebuild) === 'untouched')
        return undefined;
    const why = whyNot(rebuild.ending.reason);
    return why === undefined ? undefined : `It was not rolled back: ${why}.`;
}
function whyNot(reason) {
    switch (reason.kind) {
        case 'wrongImage':
            return `it runs on ${reason.imageId}, which this run did not put on it`;
        case 'unproven':
            return 'the rebuild may not have started, or may still start';
        case 'unclear':
            return 'whose rebuild it was is not known';
        case 'call':
            return 'it could not be observed any more';
        case 'status':
            return `an instance in ${reason.status} cannot be rebuilt`;
        case 'changed':
            return 'somebody else has changed it since';
        case 'gone':
            return 'the API no longer knows it';
        default:
            return undefined;
    }
}

;// CONCATENATED MODULE: ./core/report/instance-failure.js









function failureOf(run) {
    const end = endOf(run);
    const told = end && failureOfEnd(run, end);
    if (told === undefined)
        return undefined;
    const { id } = run.target.instance;
    const failure = { diskNote: diskNotes[instance_run_diskOf(run)], ...told, cause: `${id}: ${told.cause}` };
    if (!isLowered(run))
        return failure;
    const weights = `It gets no traffic: its weight is 0 on ${describeHeldWeights(run.heldWeights)}.`;
    const isUntouched = run.rebuild === undefined || diskStateOf(run.rebuild) === 'untouched';
    const mayServe = isUntouched || failure.reason === 'rejoin' || end?.kind === 'rolledBack';
    const restore = mayServe
        ? 'The post step of this action restores the weights; see there whether it could.'
        : 'Once it is healthy, restore its weights: the job summary lists them.';
    return { ...failure, diskNote: `${failure.diskNote} ${weights}`, remedy: `${failure.remedy} ${restore}` };
}
const diskNotes = {
    untouched: 'The system disk was not touched by this run.',
    erased: 'The old content of the system disk is gone.',
    unknown: 'Whether the system disk is being rebuilt is not known.'
};
function failureOfEnd(run, end) {
    switch (end.kind) {
        case 'rebuilt':
        case 'skipped':
        case 'started':
        case 'withdrawn':
            return undefined;
        case 'failed':
            return explainFailed(run, end.cause);
        case 'rolledBack':
            return end.cause === 'rolloutStopped' ? undefined : explainRolledBack(run, end.cause);
        case 'rollbackFailed':
            return explainRollbackFailed(run, end.cause);
        case 'cancelled':
            return end.at === 'rollback'
                ? cancelledInRollback(run, end.cause)
                : { reason: 'cancelled', ...cancelledForward(run, end.at) };
    }
}
function explainCause(cause) {
    switch (cause.kind) {
        case 'refused':
            return {
                reason: 'refused',
                cause: `not rebuilt, because ${describeRefusals(cause.refusals)}.`,
                remedy: remedyOfRefusals(cause.refusals)
            };
        case 'rebuild': {
            const { rebuild, reason } = cause;
            const facts = reason.kind === 'call' ? callFacts(reason.failure) : { reason: reason.kind };
            return { ...facts, ...explain(rebuild, reason) };
        }
        case 'unhealthy':
            return explainHealth(cause.health);
        case 'rejoin':
            return {
                reason: 'rejoin',
                cause: `healthy, but its weights on the load balancers could not be restored: ${cause.problem}`,
                remedy: 'Find out what keeps the load balancer from being changed.'
            };
    }
}
function explainFailed(run, cause) {
    const failure = explainCause(cause);
    const why = whyNotRolledBack(run);
    return why === undefined ? failure : { ...failure, diskNote: `${diskNotes[instance_run_diskOf(run)]} ${why}` };
}
function explainRolledBack(run, cause) {
    const { imageId, health } = run.rollback ?? {};
    const how = health === undefined ? 'runs on it' : 'is healthy again';
    return {
        ...explainCause(cause),
        diskNote: `The instance was rolled back to ${imageId} and ${how}.`,
        remedy: 'Find out what is wrong with the new image before you try again.'
    };
}
function explainRollbackFailed(run, cause) {
    const imageId = run.rollback?.imageId;
    const failure = cause === 'rolloutStopped' ? rolledBackWithOthers : explainCause(cause);
    const ending = run.rollback?.rebuild?.ending;
    if (ending?.kind === 'failed' && ending.reason.kind === 'refused') {
        const { refusals } = ending.reason;
        const diskNote = `It was not rolled back to ${imageId}, because ${describeRefusals(refusals)}.`;
        return { ...failure, diskNote, remedy: remedyOfRefusals(refusals) };
    }
    const problem = rollbackProblem(run, failure.remedy);
    const diskNote = cause === 'rolloutStopped'
        ? `It could not be rolled back to ${imageId}: ${problem.cause}`
        : `The rollback to ${imageId} failed as well: ${problem.cause} The old content of the system disk is gone.`;
    return { ...failure, diskNote, remedy: problem.remedy };
}
const rolledBackWithOthers = {
    reason: 'rollbackFailed',
    cause: 'rebuilt and healthy, but to be rolled back because the rollout stopped.',
    remedy: 'Look at the instance in the console.'
};
function callFacts(failure) {
    const { kind, operation, httpStatus, code, requestId } = failure;
    return { reason: kind, operation, httpStatus, code, requestId };
}
function cancelledForward(run, at) {
    const { rebuild, backup } = run;
    if (at === 'rebuild' && rebuild !== undefined)
        return explainCancel(rebuild);
    if (at !== 'health') {
        return {
            cause: 'cancelled before the rebuild was sent.',
            remedy: backup === undefined ? 'There is nothing to repair.' : leftBackup(backup)
        };
    }
    if (rebuild?.ending?.kind === 'skipped') {
        return {
            cause: 'cancelled before it was known to be healthy; it runs on the image already.',
            remedy: 'Run again: it is not erased, and the health check is made.'
        };
    }
    return {
        cause: 'cancelled after the rebuild had ended; whether it is healthy is not known.',
        remedy: 'Run again: an instance that runs on the image is not erased again, and the health check is made.'
    };
}
function cancelledInRollback(run, cause) {
    const { rollback } = run;
    const isSent = rollback?.rebuild !== undefined && !isUnsent(rollback.rebuild);
    const { observed, ...what } = cause === undefined ? rolledBackWithOthers : explainCause(cause);
    return {
        reason: 'cancelled',
        cause: `${what.cause} Cancelled ${isSent ? 'during' : 'before'} its rollback.`,
        observed,
        remedy: isSent
            ? `The rollback to ${rollback?.imageId} goes on without this run; look at the instance in the console before you run again.`
            : 'Roll it back with the lines that the summary gives, or run again.'
    };
}
function leftBackup({ imageId, imageName }) {
    const image = imageId === undefined
        ? `A backup image named ${imageName} may be there`
        : `The backup image ${imageId} stays`;
    return `${image}; delete it if it is not wanted.`;
}
function rollbackProblem({ rollback }, before) {
    const { rebuild, health, problem } = rollback ?? {};
    if (rebuild?.ending?.kind === 'failed' && rebuild.ending.reason.kind !== 'refused') {
        const { cause, remedy } = explain(rebuild, rebuild.ending.reason);
        return { cause, remedy: isUnsent(rebuild) ? `${remedy} ${before}` : remedy };
    }
    if (health?.healthy === false) {
        return { cause: `${(0,unhealthy/* describeNotHealthy */.O$)(health.reason)}.`, remedy: explainHealth(health).remedy };
    }
    return { cause: problem ?? 'it did not come to an end.', remedy: before };
}

;// CONCATENATED MODULE: ./core/report/described-instance.js


function described_instance_describeInstances(state) {
    return state.instances.map((run) => ({ run, status: statusOf(run, state), failure: failureOf(run) }));
}
const statusWords = {
    rebuilt: { icon: '✅', label: 'rebuilt' },
    skipped: { icon: '✅', label: 'skipped' },
    planned: { icon: '📋', label: 'planned' },
    started: { icon: '🚀', label: 'started and not waited for' },
    failed: { icon: '❌', label: 'failed' },
    rolledBack: { icon: '↩️', label: 'rolled back' },
    inProgress: { icon: '🛑', label: 'still being rebuilt without this run' },
    notStarted: { icon: '–', label: 'not started' }
};
function statusCounts(instances) {
    return Object.entries(statusWords).flatMap(([word, words]) => {
        const count = instances.filter(({ status }) => status === word).length;
        return count === 0 ? [] : [{ ...words, count }];
    });
}
function described_instance_idOf({ run }) {
    return run.target.instance.id;
}

;// CONCATENATED MODULE: ./core/report/ranking.js
const urgency = {
    failed: 0,
    rolledBack: 1,
    inProgress: 2,
    notStarted: 3,
    rebuilt: 4,
    started: 4,
    skipped: 4,
    planned: 4
};
function byUrgency(instances) {
    return instances.toSorted((one, other) => urgency[one.status] - urgency[other.status]);
}
function ranking_failuresFirst(instances) {
    const failed = byUrgency(instances).filter(isFailed);
    const met = new Set();
    const heads = new Set();
    for (const one of failed) {
        const kind = `${one.status} ${one.failure.reason}`;
        if (!met.has(kind))
            heads.add(one);
        met.add(kind);
    }
    return [...heads, ...failed.filter((one) => !heads.has(one))];
}
function ranking_reasonsLabel(failed) {
    const counts = countsOf(failed.map(({ failure }) => failure.reason));
    return [...counts].map(([reason, count]) => `${count} × ${reason}`).join(', ');
}
function countsOf(values) {
    const counts = new Map();
    for (const value of values)
        counts.set(value, (counts.get(value) ?? 0) + 1);
    return new Map([...counts].toSorted(([, one], [, other]) => other - one));
}
function isFailed(one) {
    return one.failure !== undefined;
}

;// CONCATENATED MODULE: ./core/plan/changes-since-plan.js



function changes_since_plan_refusalsSincePlan(instance, task, diskId) {
    if (task.rollsBackFrom !== undefined)
        return movedSince(instance, task.rollsBackFrom);
    const { planned } = task;
    if (planned === undefined)
        return [];
    const changes = [
        ...(isSameName(instance, planned)
            ? []
            : [`its name is ${quote(instance.name)}, not ${quote(planned.name)}`]),
        ...(isImageExpected(instance, planned, task.image.id)
            ? []
            : [`its image is ${instance.imageId}, not ${planned.imageId}`]),
        ...(isSameDisk(diskId, planned)
            ? []
            : [`its system disk is ${diskId}, not ${planned.diskId}: somebody has rebuilt it`]),
        ...tagChanges(instance, planned.tags)
    ];
    if (task.checkOnly === true && changes.length === 0) {
        changes.push(`its status is ${instance.status}, not ${planned.status}`);
    }
    if (changes.length === 0)
        return [];
    const reason = `it has changed since the plan was made: ${changes.join(', ')}`;
    const remedy = 'Find out who changed it. If it is to be rebuilt all the same, run again: a re-run makes a new plan.';
    return [{ reason, remedy }];
}
function isSameName({ name }, planned) {
    return name === planned.name || name === '' || planned.name === '';
}
function isImageExpected({ imageId }, planned, wantedId) {
    if (imageId === planned.imageId)
        return true;
    return !isSettled(planned.status) && imageId === wantedId;
}
function isSameDisk(diskId, planned) {
    if (diskId === undefined || planned.diskId === undefined)
        return true;
    return diskId === planned.diskId || !isSettled(planned.status);
}
function tagChanges(instance, tags) {
    if (tags.length === 0 || spellingOf(instance, tags) !== undefined)
        return [];
    return [
        instance.tags === undefined
            ? `the API no longer tells whether it carries ${tagsLabel(tags)}`
            : `it no longer carries ${tagsLabel(tags)}`
    ];
}
function movedSince({ status, imageId }, ownImageId) {
    if (statusKind(status) === 'broken' || imageId === ownImageId)
        return [];
    const reason = `it runs on ${imageId}, not on ${ownImageId} that this run put on it: somebody else has rebuilt it since`;
    const remedy = 'Find out who rebuilt it. If it is to go back all the same, rebuild it from the earlier image.';
    return [{ reason, remedy }];
}

;// CONCATENATED MODULE: ./core/plan/decide.js


function erases({ action }) {
    return action === 'rebuild' || action === 'wait';
}
function decide_isOnImage({ action }) {
    return action === 'skip' || action === 'start';
}
function decide_decide(instance, task) {
    const kind = statusKind(instance.status);
    if (kind === 'gone') {
        const reason = `its status is ${instance.status}`;
        const out = task.selectedBy === undefined ? 'it out of instanceId' : 'the tags of instanceTag off it';
        const remedy = `Take ${out}, or renew or restore it first.`;
        return { action: 'refuse', refusals: [{ reason, remedy }] };
    }
    if (!isSettled(instance.status))
        return { action: 'wait' };
    if (instance.imageId === task.image.id && !task.force) {
        if (kind === 'up')
            return { action: 'skip' };
        if (kind === 'down' && task.rollsBackFrom === undefined)
            return { action: 'start' };
    }
    const refusals = [...refusalsSincePlan(instance, task), ...refusalsOf(instance, task)];
    return refusals.length === 0 ? { action: 'rebuild' } : { action: 'refuse', refusals };
}
function refusalsOf(instance, task) {
    const refusals = [];
    if (instance.deletionProtection !== false && !task.allowProtected) {
        const remedy = 'If it is to be erased all the same, set allowProtected: true.';
        refusals.push(instance.deletionProtection === true
            ? { reason: 'deletionProtection is on', remedy }
            : {
                reason: 'the API does not tell whether deletionProtection is on',
                remedy: `Look in the console. ${remedy}`
            });
    }
    if (task.image.status !== 'Available' && task.image.status !== 'Creating') {
        refusals.push({
            reason: `the image is ${task.image.status}, not Available`,
            remedy: 'Give another image, or wait until this one is Available.'
        });
    }
    if (task.loginKind === 'keepImageLogin' && !decide_keepsLogin(task.image)) {
        refusals.push({
            reason: `keepImageLogin needs a custom or shared image, and this one is a ${task.image.type} image`,
            remedy: 'Give adminPass or keypairId instead.'
        });
    }
    return refusals;
}
function decide_keepsLogin({ type }) {
    return /custom|sharing/i.test(type) || type === '';
}
function lacksFacts(instance, task) {
    const { action } = decide_decide(instance, task);
    if (action !== 'rebuild' && action !== 'refuse')
        return false;
    const isProtectionUnknown = instance.deletionProtection === undefined && !task.allowProtected;
    const areTagsUnknown = task.selectedBy !== undefined && instance.tags === undefined;
    return isProtectionUnknown || areTagsUnknown || instance.name === '';
}

;// CONCATENATED MODULE: ./core/plan/labels.js




function imageLabel(image) {
    const created = image.createTime === '' ? '' : `created ${image.createTime}`;
    const known = joined([image.name, systemLabel(image), created], ', ');
    return known === '' ? image.id : `${image.id} (${known})`;
}
function decisionLabel(target) {
    const { decision, instance } = target;
    switch (decision.action) {
        case 'rebuild':
            return 'rebuild: erases the system disk';
        case 'skip':
            return 'skip: it already runs on the image';
        case 'start':
            return 'start: it is already on the image, but Stopped';
        case 'wait':
            return `wait: its status is ${instance.status}; decide when the change has ended`;
        case 'refuse':
            return `refuse: ${describeRefusals(decision.refusals)}`;
    }
}
function loginLabel({ login }) {
    switch (login.kind) {
        case 'adminPass':
            return 'with the password given as adminPass';
        case 'keypairId':
            return `with the key pair ${login.keypairId}`;
        case 'keepImageLogin':
            return 'as stored in the image (keepImageLogin)';
    }
}
function scriptLabel({ script }) {
    switch (script) {
        case 'given':
            return 'the script given as userData runs at first boot';
        case 'cleared':
            return 'no script runs: the earlier one is cleared';
        case 'kept':
            return 'the earlier script, if there is one, runs again';
    }
}
const erasedAfterWait = 'the system disk that it has when the change has ended, unless that was a rebuild onto the image';
function erasedLabel(target) {
    const { disk, snapshots, decision } = target;
    if (decision.action === 'wait')
        return erasedAfterWait;
    if (disk === undefined)
        return 'the system disk (the API shows no details of it)';
    const what = `system disk ${disk.id}, ${disk.sizeInGB} GB`;
    if (target.snapshotsProblem !== undefined)
        return `${what}, and its snapshots, which could not be read`;
    if (snapshots.length === 0)
        return `${what}; it has no snapshots`;
    const named = snapshots.map((snapshot) => `${snapshot.name} (${snapshot.id}, ${snapshot.createTime})`);
    return `${what}, and its snapshots: ${named.join(', ')}`;
}
function stepLabels({ instance, circumstances, backendServers }) {
    const { checks = [], imagesLeft, rollbackImage } = circumstances;
    const resolved = resolve_checks_resolveChecks(checks, instance);
    const tests = resolved.ok ? resolved.checks.map(describeStep) : [];
    const own = (backendServers ?? []).filter(({ weight }) => weight > 0);
    const where = own.map(({ blbId, weight }) => `${blbId} (weight ${weight})`).join(', ');
    const steps = [
        imagesLeft === undefined ? '' : 'a custom image of the system disk is made first',
        tests.length === 0 ? '' : `${tests.join(' and ')} must pass before it counts as done`,
        where === '' ? '' : `its weight is set to 0 first, and restored once it is healthy: ${where}`,
        rollbackImage.kind === 'backup' ? 'if it fails, it is rolled back to the image made first' : '',
        rollbackImage.kind === 'image' ? `if it fails, it is rolled back to ${rollbackImage.image.id}` : ''
    ];
    return steps.filter((step) => step !== '');
}
function commonOf([first = [], ...others]) {
    return first.filter((text) => others.every((list) => list.includes(text)));
}
function describeStep(check) {
    return check.kind === 'guestScript' ? `guestScript (as ${check.user})` : describeCheck(check);
}
function currentLabel(target) {
    return currentFacts(target).join(', ');
}
function currentFacts({ instance }) {
    const { status, zoneName, spec, imageId, imageName } = instance;
    const system = systemLabel(instance);
    const image = (0,core_listed/* joined */.oR)([`image ${imageId}`, imageName, system === '' ? '' : `(${system})`], ' ');
    return [status, zoneName, spec, image].filter((fact) => fact !== '');
}
function systemLabel({ osName, osVersion, osArch }) {
    return (0,core_listed/* joined */.oR)([osName, osVersion, osArch], ' ');
}

;// CONCATENATED MODULE: ./core/report/restore-with.js




const adminPassLine = 'adminPass: ${{ secrets.BCC_ADMIN_PASS }}';
function restoreWithLines(run, options) {
    if (instance_run_diskOf(run) === 'untouched' || instance_end_isRolledBack(run))
        return [];
    const { instance } = beforeRebuild(run);
    const isLoginKept = usableBackup(run) !== undefined || decide_keepsLogin({ type: instance.imageType });
    const script = options.script === 'given' ? ['cleanLastUserData: true'] : [];
    return [
        `instanceId: ${instance.id}`,
        `imageId: ${previousImageId(run)}`,
        loginLine(options, isLoginKept),
        ...script,
        ...(mightBeSkipped(run) ? ['force: true'] : [])
    ];
}
function mightBeSkipped(run) {
    const imageId = previousImageId(run);
    const rollback = run.rollback?.rebuild;
    const wasSent = rollback !== undefined && !isUnsent(rollback);
    return wasSent || imageId === run.target.task.image.id || imageId === lastSeen(run)?.instance.imageId;
}
function loginLine({ login }, isLoginKept) {
    switch (login.kind) {
        case 'adminPass':
            return adminPassLine;
        case 'keypairId':
            return `keypairId: ${login.keypairId}`;
        case 'keepImageLogin':
            return isLoginKept ? 'keepImageLogin: true' : adminPassLine;
    }
}

;// CONCATENATED MODULE: ./core/run/erased.js


function erasedBy(run) {
    const { rebuild, target } = run;
    const wasChanging = rebuild?.adopted === true || target.decision.action === 'wait';
    return wasChanging && (rebuild === undefined || isUnsent(rebuild))
        ? { disk: undefined, snapshots: [] }
        : { disk: beforeRebuild(run).disk, snapshots: target.snapshots };
}

;// CONCATENATED MODULE: ./core/run/spans.js
function spansOf(run, nowMs) {
    const { rebuild, health, rollback } = run;
    const atMs = lastMoment(run, nowMs);
    return [
        ...spansOfPart(rebuild, health, false, atMs),
        ...spansOfPart(rollback?.rebuild, rollback?.health, true, atMs)
    ];
}
function lastMoment({ progress, endedAtMs }, nowMs) {
    return progress === 'ended' ? (endedAtMs ?? nowMs) : nowMs;
}
function workTime(run, nowMs) {
    const spans = spansOf(run, nowMs);
    const atMs = lastMoment(run, nowMs);
    const fromMs = spans[0]?.fromMs ?? atMs;
    const toMs = run.progress === 'ended' ? Math.max(fromMs, ...spans.map((span) => span.toMs)) : atMs;
    return { fromMs, toMs };
}
function spansOfPart(rebuild, health, isRollback, atMs) {
    const phases = (rebuild?.phases ?? []).flatMap(({ phase, fromMs }, index) => phase === 'rechecking' || phase === 'ended'
        ? []
        : [{ kind: phase, isRollback, fromMs, toMs: rebuild?.phases[index + 1]?.fromMs ?? atMs }]);
    return health === undefined
        ? phases
        : [...phases, { kind: 'health', isRollback, fromMs: health.fromMs, toMs: health.atMs }];
}

;// CONCATENATED MODULE: ./core/neutral-text.js
function neutralText(text) {
    return text
        .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
        .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

;// CONCATENATED MODULE: ./core/summary/markdown.js

const longWords = /\S{25,}/g;
const breaks = /[/_.:](?=\w)|[a-z\d]{16}(?=[a-z\d])/gi;
function cell(text) {
    const oneLine = neutralText(text).replace(/\s+/g, ' ').trim();
    const marks = /[\\`*_{}[\]<>()#+!|~&@]|:(?=\/\/)|(?<=\b[Ww]{3})\./g;
    return oneLine
        .replace(longWords, (word) => word.replace(breaks, '$&\u0002'))
        .replace(marks, (sign) => `&#${sign.codePointAt(0)};`)
        .replaceAll('\u0002', '<wbr>');
}
function code(text) {
    return text === '' ? '' : `<code>${cell(text)}</code>`;
}
function table(head, rows) {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
function firstRows(head, rows, count) {
    const missing = rows.length - count;
    return [
        ...(count === 0 ? [] : [table(head, rows.slice(0, count))]),
        ...(missing === 0 ? [] : [`_${missing} more are left out here._`])
    ];
}
function fold(title, parts, isOpen = false) {
    return [`<details${isOpen ? ' open' : ''}><summary>${title}</summary>`, ...parts, '</details>'].join('\n\n');
}
function fenced(language, lines) {
    return [`\`\`\`${language}`, ...lines.map((line) => line.replaceAll('`', '')), '```'].join('\n');
}

;// CONCATENATED MODULE: ./core/summary/details.js












function detailsOf(one, state) {
    const { run } = one;
    const inner = [
        planTable(one, state),
        phaseTable(run, state),
        statusTable(run, state),
        healthTable(run),
        balancerTable(run),
        requestLine(run),
        hostKeys(run),
        restoreWith(run, state)
    ].filter((part) => part !== '');
    return fold(`${code(described_instance_idOf(one))} in detail`, inner);
}
function planTable({ run, status }, { options }) {
    const { target, backup, rollback } = run;
    const { id, name } = target.instance;
    const rows = [
        ...(status === 'planned' ? [['Instance', `${code(id)} ${cell(name)}`.trimEnd()]] : []),
        ['Plan', cell(decisionLabel(target))],
        ...(target.warnings.length === 0 ? [] : [['⚠️ Note', target.warnings.map(cell).join('<br>')]]),
        [status === 'planned' ? 'Now' : 'Before', cell(currentLabel(target))]
    ];
    if (backup?.imageId !== undefined)
        rows.push(['Backup', `${code(backup.imageId)} ${cell(backup.imageName)}`]);
    const disk = instance_run_diskOf(run);
    if (disk !== 'untouched' || (erases(target.decision) && status !== 'skipped')) {
        const verb = { untouched: 'Would be erased', erased: 'Erased', unknown: 'Perhaps erased' }[disk];
        const steps = stepLabels(target);
        rows.push([verb, erasedCell(run)], ['Kept', 'data disks, IP addresses, custom images'], ['Login', isAdopted(run) ? 'that of the run that sent the rebuild' : cell(loginLabel(options))], ['Script', cell(scriptLabel(options))], ...(steps.length === 0 ? [] : [['Also', steps.map(cell).join('<br>')]]));
    }
    if (rollback !== undefined) {
        const how = instance_end_isRolledBack(run) ? 'done' : `failed: ${cell(rollback.problem ?? 'see above')}`;
        rows.push(['Rollback', `to ${code(rollback.imageId)}: ${how}`]);
    }
    return table(['Property', 'Value'], rows);
}
function erasedCell(run) {
    if (run.progress === 'planned' && run.target.decision.action === 'wait')
        return erasedAfterWait;
    const { disk, snapshots } = erasedBy(run);
    const named = disk === undefined ? 'the system disk' : `system disk ${code(disk.id)}, ${disk.sizeInGB}&nbsp;GB`;
    const each = snapshots.map(({ id, name, createTime }) => `snapshot ${cell(name)} ${code(id)}, ${cell(createTime)}`);
    return [named, ...each].join('<br>');
}
const spanLabels = {
    settling: 'waited until its state was stable',
    backup: 'backed up',
    draining: 'drained',
    sending: 'sent',
    searching: 'observed, because the answer was lost',
    confirming: 'waited for the start',
    rebuilding: 'rebuilt',
    starting: 'started the instance',
    health: 'waited until healthy'
};
function phaseTable(run, { anchor, atMs }) {
    const rows = spansOf(run, atMs).map(({ kind, isRollback, fromMs, toMs }) => [
        `${isRollback ? 'rollback: ' : ''}${spanLabels[kind]}`,
        (0,time/* toIso */.tK)(anchor, fromMs).slice(11),
        (0,time/* formatDuration */.a3)(toMs - fromMs)
    ]);
    return rows.length === 0 ? '' : table(['Phase', 'From (UTC)', 'Took'], rows);
}
function statusTable(run, { atMs }) {
    const { fromMs } = workTime(run, atMs);
    const rows = instance_run_historyOf(run).map((one) => [
        (0,time/* formatDuration */.a3)(one.atMs - fromMs),
        cell(one.status),
        code(one.imageId)
    ]);
    return rows.length === 0 ? '' : table(['After', 'Status seen', 'Image'], rows);
}
function healthTable({ health }) {
    if (health === undefined)
        return '';
    const rows = health.history.map(({ atMs, failed }) => [
        (0,time/* formatDuration */.a3)(atMs - health.fromMs),
        cell((0,unhealthy/* describeFailed */.hi)(failed))
    ]);
    const checks = health.checks.map(({ check, result }) => [
        code(check),
        cell(result.healthy ? 'passes' : (0,unhealthy/* describeUnhealthy */.sR)(result.reason))
    ]);
    const course = table(['After Running', `Health check: ${health.healthy ? 'passed' : 'failed'}`], rows);
    return checks.length < 2 ? course : `${table(['Check', 'Last result'], checks)}\n\n${course}`;
}
function balancerTable({ target, heldWeights }) {
    const weights = currentWeights(target.backendServers ?? [], heldWeights);
    const rows = weights.map(({ server: { blbId, groupId = '', weight }, currentWeight }) => [
        `${code(blbId)} ${code(groupId)}`.trimEnd(),
        String(currentWeight),
        String(weight)
    ]);
    return rows.length === 0 ? '' : table(['Load balancer', 'Weight now', 'Before'], rows);
}
function requestLine(run) {
    const ids = rebuildsOf(run).flatMap(({ requestIds }) => requestIds);
    return ids.length === 0 ? '' : `Request IDs: ${ids.map(code).join(', ')}`;
}
function hostKeys({ knownHosts }) {
    if (knownHosts.length === 0)
        return '';
    return `SSH host keys, trusted on first use and not verified:\n\n${fenced('yaml', knownHosts)}`;
}
function restoreWith(run, { options }) {
    const lines = restoreWithLines(run, options);
    if (lines.length === 0)
        return '';
    return `To rebuild it from its earlier image:\n\n${fenced('yaml', ['with:', ...lines.map((line) => `  ${line}`)])}`;
}

;// CONCATENATED MODULE: ./core/group-by.js
function groupBy(items, keyOf) {
    const groups = new Map();
    for (const item of items) {
        const key = keyOf(item);
        const group = groups.get(key);
        if (group === undefined)
            groups.set(key, [item]);
        else
            group.push(item);
    }
    return groups;
}

;// CONCATENATED MODULE: ./core/report/clip.js
function clip(text, most) {
    if (text.length <= most)
        return text;
    const characters = [...text];
    return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

;// CONCATENATED MODULE: ./core/report/help-link.js
function helpLink(source, reason) {
    const { serverUrl = '', repository = '', ref = '' } = source ?? {};
    if (!/^https?:\/\/[\w.:[\]-]+\/?$/.test(serverUrl) ||
        !/^[\w.-]+\/[\w.-]+$/.test(repository) ||
        ref === '') {
        return undefined;
    }
    const page = `${serverUrl.replace(/\/$/, '')}/${repository}/blob/${encodePath(ref)}/docs/troubleshooting.md`;
    return reason === undefined ? page : `${page}#${reason.toLowerCase()}`;
}
function encodePath(ref) {
    const percent = (sign) => `%${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}`;
    const encode = (part) => encodeURIComponent(part).replace(/[()'*!~]/g, percent);
    return ref.split('/').map(encode).join('/');
}

;// CONCATENATED MODULE: ./core/plan/rollout-lines.js




function rolloutClauses({ members, maxUnavailable, pauseMs, maxFailures, rollback }) {
    const end = maxFailures === 0 ? 'at the first failure' : `after more than ${(0,core_listed/* counted */.hS)(maxFailures, 'failure')}`;
    return [
        `at most ${maxUnavailable} of ${members.length} unavailable at once`,
        pauseMs === 0
            ? 'the next one starts as soon as one is done'
            : `in batches, ${(0,time/* formatDuration */.a3)(pauseMs)} between two`,
        `stops ${end}${rollback ? ', and what was rebuilt is rolled back' : ''}`
    ];
}
function rolloutLines(rollout) {
    const { members, pauseMs } = rollout;
    if (members.length === 1)
        return [];
    const [capacity, pace, stop] = rolloutClauses(rollout);
    const batches = pauseMs === 0 ? [] : rehearse(rollout);
    const line = (what, ids) => ids.length === 0 ? [] : [`  ${what}: ${listed(ids)}`];
    const idsOf = (isMeant) => members.filter(isMeant).map(({ id }) => id);
    const unavailable = idsOf(({ isUnavailable }) => isUnavailable);
    const skipped = idsOf(({ kind }) => kind === 'check');
    return [
        `  ${capacity} (maxUnavailable)`,
        ...line('unavailable already, so taken first', unavailable),
        ...line('canaries, which must be healthy before the rest starts', canariesOf(rollout)),
        `  ${pace}`,
        ...batches.flatMap((batch, index) => line(`  batch ${index + 1}`, batch)),
        `  ${stop} (maxFailures)`,
        ...line('skipped', skipped)
    ];
}

;// CONCATENATED MODULE: ./core/plan/rollout-order.js


function whyUnavailable({ instance, unhealthy }) {
    return bcc_status_statusKind(instance.status) === 'up' ? unhealthy : `its status is ${instance.status}`;
}
function rollout_order_planRollout(targets, { settings, rollback }) {
    const members = targets.map((target) => ({
        id: target.instance.id,
        kind: target.decision.action === 'skip' ? 'check' : 'work',
        isUnavailable: whyUnavailable(target) !== undefined
    }));
    return {
        ...settings,
        members: members.toSorted((one, other) => Number(other.isUnavailable) - Number(one.isUnavailable)),
        maxUnavailable: maxUnavailableCount(settings.maxUnavailable, targets.length),
        rollback
    };
}

;// CONCATENATED MODULE: ./core/run/next-steps.js





function outcomeOf(run) {
    if (isWithdrawn(run))
        return { result: 'withdrawn', isUnavailable: !isServing(run), canRollBack: false };
    if (run.cancelled)
        return { result: 'cancelled', isUnavailable: !isServing(run), canRollBack: false };
    const kind = run.rebuild?.ending?.kind;
    if (instance_end_hasSucceeded(run)) {
        const canRollBack = kind === 'rebuilt' && hasOtherImage(run);
        return { result: 'succeeded', isUnavailable: kind === 'started', canRollBack };
    }
    return { result: 'failed', isUnavailable: !isServing(run), canRollBack: needsRollback(run) };
}
function needsRollback(run) {
    if (run.cancelled || run.rebuild === undefined || !hasOtherImage(run))
        return false;
    const { ending } = run.rebuild;
    if (run.health?.healthy === false)
        return ending?.kind === 'rebuilt';
    if (ending?.kind !== 'failed')
        return false;
    const { reason } = ending;
    if (reason.kind === 'status')
        return reason.status === 'Error';
    return reason.kind === 'timedOut';
}
function mayRejoin(run) {
    const { rebuild, rollback, cancelled } = run;
    if (rollback !== undefined) {
        return !cancelled && (isRolledBack(run) || (hasSucceeded(run) && staysOnNewImage(rollback)));
    }
    if (hasSucceeded(run))
        return true;
    if (cancelled || rebuild === undefined || run.health?.healthy === false)
        return false;
    return runsUntouched(rebuild);
}
function hasOtherImage(run) {
    return (run.rebuild?.sends ?? 0) > 0 && previousImageId(run) !== run.target.task.image.id;
}
function isServing(run) {
    const { target, rebuild, health } = run;
    if (health?.healthy === false || isLowered(run) || whyUnavailable(target) !== undefined)
        return false;
    if (rebuild === undefined)
        return true;
    const isObserved = rebuild.last === undefined || rebuild.stretchSinceMs !== undefined;
    return isObserved && runsUntouched(rebuild, target.instance.status);
}
function staysOnNewImage({ rebuild }) {
    return rebuild === undefined || runsUntouched(rebuild);
}
function runsUntouched(rebuild, before = '') {
    const isGone = rebuild.ending?.kind === 'failed' && rebuild.ending.reason.kind === 'gone';
    const status = rebuild.last?.instance.status ?? before;
    return !isGone && diskStateOf(rebuild) === 'untouched' && bcc_status_statusKind(status) === 'up';
}

;// CONCATENATED MODULE: ./core/report/stop-message.js




function stop_message_stopMessage({ course, rollout, instances }) {
    if (course?.stop === undefined)
        return undefined;
    const left = instances.filter((run) => run.progress === 'planned' || isWithdrawn(run)).length;
    const wasRolledBack = instances.some((run) => run.rollback !== undefined);
    if (left === 0 && !wasRolledBack)
        return undefined;
    const unavailable = instances.filter(isStillUnavailable).length;
    const words = [
        stopWords(course.stop, { failures: course.failures, unavailable, ...rollout }),
        left === 0
            ? 'None was left to start.'
            : `${left} of ${instances.length} ${left === 1 ? 'was' : 'were'} not started.`,
        rollout.rollback && course.stop !== 'cancelled' ? rollbackWords(instances, course.isCancelled) : ''
    ];
    return (0,core_listed/* joined */.oR)(words, ' ');
}
function stopWords(stop, facts) {
    switch (stop) {
        case 'canary':
            return 'A canary failed, so the rollout stopped.';
        case 'maxFailures':
            return `${facts.failures} failed, and maxFailures is ${facts.maxFailures}, so the rollout stopped.`;
        case 'noCapacity':
            return `${(0,core_listed/* counted */.hS)(facts.unavailable, 'is', 'are')} unavailable for the rest of the run, and maxUnavailable is ${facts.maxUnavailable}, so no other could be taken.`;
        case 'cancelled':
            return 'The run was cancelled, so nothing new was started.';
    }
}
function rollbackWords(instances, isCancelled) {
    const kinds = instances.map((run) => endOf(run)?.kind);
    const count = (wanted) => kinds.filter((kind) => kind === wanted).length;
    const [rolledBack, failed] = [count('rolledBack'), count('rollbackFailed')];
    const stay = instances.filter((run) => run.rollback === undefined && canStillGoBack(run)).length;
    const why = isCancelled ? '' : ', because no more may be unavailable at once';
    const words = [
        rolledBack === 0 ? '' : `${(0,core_listed/* counted */.hS)(rolledBack, 'was', 'were')} rolled back.`,
        failed === 0 ? '' : `The rollback of ${failed} failed.`,
        stay === 0 ? '' : `${(0,core_listed/* counted */.hS)(stay, 'stays', 'stay')} on the new image${why}.`,
        isCancelled ? 'Then the run was cancelled.' : ''
    ];
    return (0,core_listed/* joined */.oR)(words, ' ');
}
function canStillGoBack(run) {
    return endOf(run)?.kind === 'rebuilt' && outcomeOf(run).canRollBack;
}
function isStillUnavailable(run) {
    if (run.progress === 'planned')
        return whyUnavailable(run.target) !== undefined;
    return endOf(run)?.kind === 'rolledBack' ? false : outcomeOf(run).isUnavailable;
}

;// CONCATENATED MODULE: ./core/rollout/canaries.js
function canaries_canariesOf({ members, canary }) {
    const atWork = members.filter(({ kind }) => kind === 'work');
    return atWork.slice(0, canary).map(({ id }) => id);
}

;// CONCATENATED MODULE: ./core/run/run-state.js


function beginRunState(plan, time) {
    const { image, options, rollout, targets } = plan;
    return { version: 1, image, options, rollout, instances: targets.map(plannedRun), ...time };
}
function hasChanged({ instances }) {
    return instances.some((run) => diskOf(run) !== 'untouched');
}
function unavailableBefore({ instances }) {
    return instances.flatMap(({ target }) => {
        const why = whyUnavailable(target);
        return why === undefined ? [] : [{ instanceId: target.instance.id, why }];
    });
}
function imagesInUse({ image, instances }) {
    const seen = instances.flatMap((run) => [
        run.target.instance.imageId,
        ...historyOf(run).map(({ imageId }) => imageId),
        ...(run.rollback === undefined ? [] : [run.rollback.imageId])
    ]);
    return new Set([image.id, ...seen]);
}
function run_state_serializeRunState({ instances, ...shared }, known = new WeakMap()) {
    const lines = instances.map((run) => {
        const line = known.get(run) ?? instanceLine(run, shared.image);
        known.set(run, line);
        return line;
    });
    return [JSON.stringify(shared), ...lines].join('\n');
}
function instanceLine(run, image) {
    return JSON.stringify(run, (key, value) => (key === 'image' && value === image ? null : value));
}
function parseRunState(text) {
    const [first = '', ...lines] = text.split('\n');
    const shared = JSON.parse(first);
    if (shared.version !== 1)
        throw new RangeError('the state was written by another version of this action');
    const { image } = shared;
    const instances = lines.map((line) => JSON.parse(line, (key, value) => (key === 'image' && value === null ? image : value)));
    const { length } = shared.rollout.members;
    const missing = length - instances.length;
    if (missing !== 0)
        throw new RangeError(`${missing} of ${length} instances are missing from the state of the run`);
    return { ...shared, instances };
}

;// CONCATENATED MODULE: ./core/summary/overview.js










const headlines = {
    rebuilt: ['✅ Rebuilt', 'from image', ''],
    skipped: ['✅ Nothing to do:', 'already on image', ''],
    planned: ['📋 Dry run: plan for', 'with image', ''],
    started: ['🚀 Started to rebuild', 'from image', ', not waited for'],
    inProgress: ['🛑 Cancelled while rebuilding', 'from image', ''],
    rolledBack: ['↩️ Failed to rebuild', 'from image', ', and rolled back'],
    failed: ['❌ Failed to rebuild', 'from image', ''],
    partial: ['❌ Failed to rebuild some of', 'from image', '']
};
function headline(state, region) {
    const [only, ...others] = state.instances;
    const one = only !== undefined && others.length === 0 ? code(only.target.instance.id) : undefined;
    const whom = one ?? (0,core_listed/* counted */.hS)(state.instances.length, 'instance');
    const where = region === '' ? '' : `, region ${cell(clip(region, 50))}`;
    const [before, between, after] = headlines[runStatus(state)];
    return `## ${before} ${whom} ${between} ${imageOf(state.image)}${where}${after}`;
}
function imageOf({ id, name }) {
    return `${code(id)} ${cell(clip(name, 200))}`.trimEnd();
}
function statusLabel({ run, status }) {
    const { icon, label } = statusWords[status];
    return `${icon} ${label}${run.rebuild?.adopted === true ? ' (was under way already)' : ''}`;
}
function totals(instances, { fromMs, atMs }) {
    const each = statusCounts(instances).map(({ icon, label, count }) => `${icon} **${count}** ${label}`);
    return `${each.join(' · ')} (${(0,core_listed/* counted */.hS)(instances.length, 'instance')} in ${(0,time/* formatDuration */.a3)(atMs - fromMs)})`;
}
function stopSentence(state) {
    const message = stop_message_stopMessage(state);
    return message === undefined ? '' : `> 🛑 **${cell(clip(message, 1000))}**`;
}
function rolloutLine(state) {
    const [capacity, pace, stop] = rolloutClauses(state.rollout);
    const count = unavailableBefore(state).length;
    const before = count === 0 ? '' : `; ${count} already unavailable before`;
    const peak = state.course === undefined ? before : ` (peak: ${state.course.peakUnavailable}${before})`;
    const canaries = canaries_canariesOf(state.rollout);
    const facts = [`${capacity}${peak}`, ...(canaries.length === 0 ? [] : [canaryLabel(canaries)]), pace, stop];
    return `**Rollout:** ${facts.join(' · ')}`;
}
function canaryLabel(canaries) {
    const named = (0,core_listed/* listed */.KE)(canaries.map((id) => code(clip(id, 64))));
    return `${(0,core_listed/* counted */.hS)(canaries.length, 'canary', 'canaries')} first: ${named}`;
}
function unavailableBeforePart(state, priority) {
    const rows = unavailableBefore(state).map(({ instanceId, why }) => [
        code(instanceId),
        cell(clip(why, 300))
    ]);
    const title = `Already unavailable before the run: ${(0,core_listed/* counted */.hS)(rows.length, 'instance')}`;
    return {
        priority,
        pieces: rows.length,
        draw: (pieces) => (pieces === 0 ? '' : fold(title, [table(['Instance', 'Why'], rows.slice(0, pieces))]))
    };
}

;// CONCATENATED MODULE: ./core/summary/failures.js










const inFull = 20;
function failureText(failure, source) {
    if (failure === undefined)
        return '';
    const { cause, observed, diskNote, remedy, reason } = failure;
    const help = helpLink(source, reason);
    return [
        `> **${cell(cause)}**`,
        '>',
        ...(observed === undefined ? [] : [`> Seen: ${cell(observed)}.`, '>']),
        `> ${cell(diskNote)}`,
        '>',
        `> **What to do:** ${cell(remedy)}`,
        ...(help === undefined ? [] : ['>', `> [More about ${code(reason)}](${help})`])
    ].join('\n');
}
function failureParts(instances, priority, source) {
    const failed = ranking_failuresFirst(instances);
    const groups = groupsOf(failed);
    const full = groups.slice(0, inFull);
    const rest = groups.slice(inFull).flat();
    const texts = full.map((group) => groupText(group, source));
    const rows = rest.map(rowOf);
    return [
        {
            priority: priority.full,
            pieces: full.length,
            draw: (pieces) => failed.length === 0 ? '' : [heading(failed, rest.length), ...texts.slice(0, pieces)].join('\n\n')
        },
        { priority: priority.rest, pieces: rest.length, draw: (pieces) => restOf(rows, pieces) }
    ];
}
function heading(failed, inTable) {
    const title = `### Failed or cut off: ${(0,core_listed/* counted */.hS)(failed.length, 'instance')}`;
    if (failed.length <= inFull)
        return title;
    const table = inTable === 0 ? '' : ` ${(0,core_listed/* counted */.hS)(inTable, 'instance')} with other causes are in the table below.`;
    return `${title}\n\nBy reason: ${cell(ranking_reasonsLabel(failed))}.${table}`;
}
function groupsOf(failed) {
    const groups = groupBy(failed, (one) => {
        const { reason, cause, diskNote, remedy } = one.failure;
        const own = [described_instance_idOf(one), ...rebuildsOf(one.run).flatMap(({ requestIds }) => requestIds)];
        return own.reduce((text, id) => text.replaceAll(id, ''), JSON.stringify([reason, cause, diskNote, remedy]));
    });
    return [...groups.values()];
}
function groupText([first, ...others], source) {
    if (others.length === 0)
        return failureText(failures_short(first.failure), source);
    const whom = `${others.length + 1} instances (${(0,core_listed/* listed */.KE)([first, ...others].map(described_instance_idOf))})`;
    const { cause, ...failure } = failures_short(first.failure);
    return failureText({ ...failure, cause: cause.replace(`${described_instance_idOf(first)}:`, `${whom}:`) }, source);
}
function failures_short(failure) {
    const { cause, observed, diskNote, remedy } = failure;
    return {
        ...failure,
        cause: clip(cause, 1000),
        observed: observed && clip(observed, 1000),
        diskNote: clip(diskNote, 1000),
        remedy: clip(remedy, 1000)
    };
}
function rowOf(one) {
    return [
        code(described_instance_idOf(one)),
        statusLabel(one),
        cell(one.failure.reason),
        instance_run_diskOf(one.run),
        cell(clip(explain_wholeCause(one.failure), 200))
    ];
}
function restOf(rows, pieces) {
    if (rows.length === 0)
        return '';
    const title = `${rows.length} more that failed or were cut off`;
    if (pieces === 0)
        return title;
    return fold(title, firstRows(['Instance', 'Result', 'Reason', 'Disk', 'What happened'], rows, pieces));
}

;// CONCATENATED MODULE: ./core/summary/fit.js
const note = '_The rest does not fit into a job summary; the output `result` has more of it._';
function textPart(text, priority) {
    const pieces = priority === undefined ? 0 : 1;
    return { priority: priority ?? 0, pieces, draw: (shown) => (shown < pieces ? '' : text) };
}
function fitted(parts, limit) {
    let shown = parts.map((part) => show(part, part.pieces));
    if (sizeOf(shown) <= limit)
        return fit_joined(shown);
    const most = limit - Buffer.byteLength(`\n${note}\n`);
    for (const one of cheapestFirst(shown)) {
        const room = most - sizeOf(shown.filter((other) => other !== one)) - between;
        const pieces = mostPieces(one.pieces, (some) => show(one.part, some).bytes <= room);
        shown = shown.map((other) => (other === one ? show(one.part, pieces) : other));
        if (sizeOf(shown) <= most)
            break;
    }
    return `${fit_joined(shown)}\n${note}\n`;
}
function show(part, pieces) {
    const text = part.draw(pieces);
    return { part, pieces, text, bytes: Buffer.byteLength(text) };
}
function mostPieces(all, fits) {
    let [low, high] = [0, all];
    while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (fits(middle))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
function cheapestFirst(shown) {
    return shown
        .filter(({ pieces }) => pieces > 0)
        .toReversed()
        .toSorted((one, other) => one.part.priority - other.part.priority);
}
const between = 2;
function sizeOf(shown) {
    const sizes = shown.map(({ bytes }) => bytes).filter((bytes) => bytes > 0);
    return sizes.reduce((sum, bytes) => sum + bytes, 1) + between * Math.max(0, sizes.length - 1);
}
function fit_joined(shown) {
    const texts = shown.map(({ text }) => text).filter((text) => text !== '');
    return `${texts.join('\n\n')}\n`;
}

;// CONCATENATED MODULE: ./core/plan/preflight.js





function preflight_refusalsBefore(task, instance, disk, circumstances, mayErase) {
    const always = [
        ...nameRefusal(instance, circumstances.confirmName),
        ...healthRefusal(instance, circumstances.checks)
    ];
    if (!mayErase)
        return always;
    return [
        ...always,
        ...bareMetalRefusal(task.image, instance),
        ...fitRefusals(task, instance, disk),
        ...rollbackRefusal(task, instance, circumstances.rollbackImage),
        ...quotaRefusal(circumstances)
    ];
}
function preflight_warningsBefore(task, instance) {
    const warnings = [];
    if (task.image.status === 'Creating') {
        warnings.push('the image is Creating: a run that is not dry waits until it is Available');
    }
    if (statusKind(instance.status) === 'broken') {
        warnings.push('its status is Error: a rebuild often repairs that');
    }
    const { osType, osName } = task.image;
    const areKnown = osType !== '' && instance.osName !== '';
    if (areKnown && preflight_isWindows(osType) !== preflight_isWindows(instance.osName)) {
        warnings.push(`the operating system changes: ${instance.osName} → ${osName || osType}`);
    }
    return warnings;
}
function nameRefusal(instance, confirmName) {
    if (confirmName === undefined || confirmName.trim() === instance.name.trim())
        return [];
    const reason = `its name is ${quote(instance.name)}, and confirmName is ${quote(confirmName)}`;
    const remedy = 'Check instanceId; if it is the right one, type its name as confirmName.';
    return [{ reason, remedy }];
}
function bareMetalRefusal(image, instance) {
    const evidence = [instance.spec, image.type].join(' ');
    const [family] = /\bebc|\b(?:gpu)?bbc/i.exec(evidence) ?? [];
    if (family === undefined)
        return [];
    const reason = `it is a bare-metal instance (${family.slice(-3).toUpperCase()}), whose rebuild has options about RAID and local data disks that this action does not set`;
    const remedy = 'Rebuild it in the console, where those options can be seen.';
    return [{ reason, remedy }];
}
function fitRefusals(task, instance, disk) {
    const { image, loginKind } = task;
    const refusals = [];
    if (loginKind === 'keypairId' && preflight_isWindows(image.osType)) {
        refusals.push({
            reason: 'keypairId works with Linux only, and the image is Windows',
            remedy: 'Give adminPass instead of keypairId.'
        });
    }
    const [wanted, present] = [familyOf(image.osArch), familyOf(instance.osArch)];
    if (wanted !== undefined && present !== undefined && wanted !== present) {
        refusals.push({
            reason: `the image is for ${image.osArch}, and the instance is ${instance.osArch}`,
            remedy: 'Give an image of the architecture of the instance.'
        });
    }
    if (disk !== undefined && image.minDiskGb > disk.sizeInGB) {
        refusals.push({
            reason: `the image needs a system disk of ${image.minDiskGb} GB, and the instance has ${disk.sizeInGB} GB`,
            remedy: 'Enlarge the system disk, or give a smaller image.'
        });
    }
    return refusals;
}
function preflight_isWindows(system) {
    return /windows/i.test(system);
}
function familyOf(architecture) {
    if (/arm|aarch/i.test(architecture))
        return 'arm';
    return /x86|amd64|i[36]86/i.test(architecture) ? 'x86' : undefined;
}
function healthRefusal(instance, checks) {
    const resolved = resolveChecks(checks ?? [], instance);
    if (resolved.ok)
        return [];
    const remedy = 'Give a healthCheck that can reach the instance.';
    return [{ reason: `healthCheck ${resolved.problem}`, remedy }];
}
function rollbackRefusal(task, instance, rollbackImage) {
    const refuse = (why) => [
        {
            reason: `rollback is asked for, and the image ${instance.imageId} that it runs on now ${why}`,
            remedy: 'Set backupImage: true, or leave rollback out.'
        }
    ];
    if (rollbackImage.kind === 'missing')
        return refuse('is no longer there');
    if (rollbackImage.kind !== 'image')
        return [];
    const { id, status } = rollbackImage.image;
    if (id === task.image.id) {
        return isSettled(instance.status) ? refuse('is the very image that it is to be rebuilt from') : [];
    }
    if (status !== 'Available')
        return refuse(`is ${status}, not Available`);
    return task.loginKind === 'keepImageLogin' && !keepsLogin(rollbackImage.image)
        ? refuse('has no login of its own for keepImageLogin')
        : [];
}
function quotaRefusal({ imagesLeft }) {
    if (imagesLeft === undefined || imagesLeft > 0)
        return [];
    const reason = `backupImage is asked for, and all ${customImageQuota} custom images that the quota permits are there`;
    const remedy = 'Delete a custom image that is not needed, or have the quota raised.';
    return [{ reason, remedy }];
}

;// CONCATENATED MODULE: ./core/plan/plan.js



function makePlan(image, options, targets, how) {
    const planned = targets.map((target) => planTarget(target, how.scriptWarning));
    return { image, options, targets: planned, rollout: planRollout(planned, how) };
}
function planTarget(target, scriptWarning) {
    const { task, instance, disk, circumstances } = target;
    const decision = decide(instance, task);
    const mayErase = !isOnImage(decision);
    const refusals = [
        ...(decision.action === 'refuse' ? decision.refusals : []),
        ...refusalsBefore(task, instance, disk, circumstances, mayErase)
    ];
    return {
        ...target,
        task: plannedTask(target, decision),
        decision: refusals.length > 0 ? { action: 'refuse', refusals } : decision,
        warnings: [
            ...(mayErase ? warningsBefore(task, instance) : []),
            ...(mayErase && scriptWarning !== undefined ? [scriptWarning] : []),
            ...targetWarnings(target)
        ]
    };
}
const offlineWarning = 'its Cloud Assistant agent is not online now: the image must bring the agent, or no check from inside can pass';
function plannedTask({ task, instance, disk }, { action }) {
    const { name, imageId, status } = instance;
    const planned = { name, imageId, status, diskId: disk?.id, tags: task.selectedBy ?? [] };
    return { ...task, planned, ...(action === 'skip' ? { checkOnly: true } : {}) };
}
function unavailableNote({ unhealthy }) {
    return unhealthy === undefined
        ? undefined
        : `not healthy even before the run, so it counts as unavailable and goes first: ${unhealthy}`;
}
function targetWarnings(target) {
    const { backendServers = [], circumstances, snapshotsProblem, agent } = target;
    const absent = (circumstances.blbIds ?? []).filter((asked) => !backendServers.some(({ blbId }) => blbId === asked));
    return [
        snapshotsProblem && `its snapshots could not be read, and a rebuild deletes them: ${snapshotsProblem}`,
        unavailableNote(target),
        ...absent.map((blbId) => `it is no member of the load balancer ${blbId}, so it does not leave it`),
        ...backendServers
            .filter(({ weight }) => weight === 0)
            .map(({ blbId }) => `its weight on ${blbId} was 0 even before the run, and stays 0`),
        agent === 'offline' ? offlineWarning : undefined
    ].filter((warning) => warning !== undefined);
}
function isRefused(plan) {
    return plan.targets.some((target) => target.decision.action === 'refuse');
}

;// CONCATENATED MODULE: ./core/rollout/member.js
function isAtWork({ state }) {
    return state === 'working' || state === 'rollingBack';
}
function countsAsUnavailable(member) {
    return member.isUnavailable || (isAtWork(member) && member.kind === 'work');
}

;// CONCATENATED MODULE: ./core/rollout/members.js

class Members {
    #all;
    #places;
    unavailable;
    atWork;
    constructor(all, places) {
        this.#all = all;
        this.#places = places;
        this.unavailable = all.filter(countsAsUnavailable).length;
        this.atWork = this.count('work', 'working', 'rollingBack');
    }
    static of(tasks) {
        const fresh = { state: 'waiting', canRollBack: false, hasFailed: false, completionOrder: 0 };
        const all = tasks.map((task) => ({ ...task, ...fresh }));
        return new Members(all, new Map(all.map(({ id }, place) => [id, place])));
    }
    get(id) {
        return this.#all[this.#places.get(id) ?? -1];
    }
    values() {
        return this.#all;
    }
    count(kind, ...states) {
        return this.#all.filter((member) => member.kind === kind && states.includes(member.state)).length;
    }
    get isBusy() {
        return this.#all.some(isAtWork);
    }
    hasCapacity(member, maxUnavailable) {
        return this.atWork < maxUnavailable && (member.isUnavailable || this.unavailable < maxUnavailable);
    }
    with(id, patch) {
        const place = this.#places.get(id) ?? -1;
        const before = this.#all[place];
        if (before === undefined)
            return this;
        return new Members(this.#all.with(place, { ...before, ...patch }), this.#places);
    }
}

;// CONCATENATED MODULE: ./core/rollout/roll-back-next.js
function rollBackNext(before) {
    if (before.members.count('work', 'working') + before.members.count('check', 'working') > 0) {
        return [before, []];
    }
    const waiting = before.members.values().filter(canBeRolledBack);
    const newest = waiting.toSorted((one, other) => other.completionOrder - one.completionOrder);
    const taken = [];
    let { members } = before;
    const take = ({ id }) => {
        members = members.with(id, { state: 'rollingBack' });
        taken.push({ type: 'rollBack', id });
    };
    for (const member of newest) {
        if (!members.hasCapacity(member, before.task.maxUnavailable))
            break;
        take(member);
    }
    if (taken.length === 0 && !members.isBusy) {
        const unavailable = newest.find((member) => members.hasCapacity(member, before.task.maxUnavailable));
        if (unavailable !== undefined)
            take(unavailable);
    }
    return [{ ...before, members }, taken];
}
function canBeRolledBack({ state, canRollBack }) {
    return canRollBack && (state === 'succeeded' || state === 'failed');
}

;// CONCATENATED MODULE: ./core/rollout/roll-forward-next.js

const checksAtOnce = 50;
function rollForwardNext(rollout, atMs) {
    const { members, task } = rollout;
    const checking = members.count('check', 'working');
    if (members.count('check', 'waiting') > 0) {
        return begin(rollout, ({ kind }) => kind === 'check', checksAtOnce - checking);
    }
    if (checking > 0)
        return [rollout, []];
    if (members.count('work', 'waiting') === 0)
        return [rollout, members.isBusy ? [] : [{ type: 'end' }]];
    const first = new Set(canaries_canariesOf(task));
    const canaries = [...first].map((id) => members.get(id)?.state);
    const isProven = canaries.every((state) => state === 'succeeded');
    const isNext = ({ id, kind }) => kind === 'work' && (isProven || first.has(id));
    if (!isProven && canaries.every((state) => state !== 'waiting'))
        return [rollout, []];
    return task.pauseMs === 0 ? begin(rollout, isNext) : beginBatch(rollout, isNext, atMs);
}
function beginBatch(before, isNext, atMs) {
    if (before.members.isBusy)
        return [before, []];
    if (before.owesPause) {
        const untilMs = atMs + before.task.pauseMs;
        return [{ ...before, owesPause: false, pausedUntilMs: untilMs }, [{ type: 'pause', untilMs }]];
    }
    if (before.pausedUntilMs !== undefined && atMs < before.pausedUntilMs) {
        return [before, [{ type: 'pause', untilMs: before.pausedUntilMs }]];
    }
    const { pausedUntilMs: _over, ...rollout } = before;
    return begin(rollout, isNext);
}
function begin(before, isNext, most = Number.POSITIVE_INFINITY) {
    const started = [];
    let { members } = before;
    for (const member of before.members.values()) {
        if (started.length >= most)
            break;
        if (member.state !== 'waiting' || !isNext(member))
            continue;
        if (member.kind === 'work' && !members.hasCapacity(member, before.task.maxUnavailable))
            continue;
        members = members.with(member.id, { state: 'working' });
        started.push({ type: 'begin', id: member.id });
    }
    const owesPause = before.owesPause || members.atWork > before.members.atWork;
    return [{ ...before, members, owesPause }, started];
}

;// CONCATENATED MODULE: ./core/rollout/step-rollout.js




function beginRollout(task, atMs) {
    const members = Members.of(task.members);
    const rollout = {
        task,
        members,
        failures: 0,
        peakUnavailable: 0,
        owesPause: false,
        isCancelled: false,
        isOver: false
    };
    return next(rollout, [], atMs);
}
function stepRollout(rollout, event) {
    if (rollout.isOver)
        return [rollout, []];
    switch (event.type) {
        case 'ended': {
            const [after, commands] = onEnded(rollout, event.id, event.outcome);
            return next(after, commands, event.atMs);
        }
        case 'rollbackEnded': {
            const patch = { state: event.result, isUnavailable: event.isUnavailable, canRollBack: false };
            return next({ ...rollout, members: rollout.members.with(event.id, patch) }, [], event.atMs);
        }
        case 'recovered': {
            const members = rollout.members.with(event.id, { state: 'waiting', isUnavailable: false });
            return next({ ...rollout, members }, [], event.atMs);
        }
        case 'woke':
            return next(rollout, [], event.atMs);
        case 'cancelled':
            return next({ ...rollout, stop: rollout.stop ?? 'cancelled', isCancelled: true }, [], event.atMs);
    }
}
function onEnded(before, id, outcome) {
    const { result, isUnavailable, canRollBack } = outcome;
    if (result === 'withdrawn') {
        return [{ ...before, members: before.members.with(id, { state: 'waiting', isUnavailable }) }, []];
    }
    const completionOrder = 1 + before.members.values().filter((one) => one.completionOrder > 0).length;
    const hasFailed = result === 'failed';
    const rollsBack = hasFailed && canRollBack && before.task.rollback && !before.isCancelled;
    const now = rollsBack
        ? { state: 'rollingBack', isUnavailable: true }
        : { state: result, isUnavailable };
    const members = before.members.with(id, { ...now, canRollBack, hasFailed, completionOrder });
    const failures = before.failures + Number(hasFailed);
    return [{ ...before, members, failures }, rollsBack ? [{ type: 'rollBack', id }] : []];
}
function next(before, already, atMs) {
    const stop = before.stop ?? reasonToStop(before);
    const [after, commands] = proceed(stop === undefined ? before : { ...before, stop }, atMs);
    const isOver = commands.some(({ type }) => type === 'end');
    const peakUnavailable = Math.max(after.peakUnavailable, before.members.unavailable, after.members.unavailable);
    return [{ ...after, peakUnavailable, isOver }, [...already, ...commands]];
}
function proceed(rollout, atMs) {
    if (rollout.stop === undefined) {
        const [after, commands] = rollForwardNext(rollout, atMs);
        const isStuck = commands.length === 0 && !after.members.isBusy && after.pausedUntilMs === undefined;
        return isStuck ? proceed({ ...after, stop: 'noCapacity' }, atMs) : [after, commands];
    }
    const staysOnNewImage = rollout.isCancelled || !rollout.task.rollback;
    const [after, commands] = staysOnNewImage ? [rollout, []] : rollBackNext(rollout);
    const isDone = commands.length === 0 && !after.members.isBusy;
    return [after, isDone ? [{ type: 'end' }] : commands];
}
function reasonToStop({ task, members, failures }) {
    if (failures === 0)
        return undefined;
    if (canaries_canariesOf(task).some((id) => members.get(id)?.hasFailed))
        return 'canary';
    return failures > task.maxFailures ? 'maxFailures' : undefined;
}

;// CONCATENATED MODULE: ./core/rollout/rehearse.js

function rehearse_rehearse(task) {
    const batches = [[]];
    let nowMs = 0;
    let [rollout, commands] = beginRollout(task, nowMs);
    const queue = [...commands];
    for (let command = queue.shift(); command !== undefined; command = queue.shift()) {
        if (command.type === 'pause') {
            batches.push([]);
            nowMs = command.untilMs;
        }
        if (command.type === 'begin' && rollout.members.get(command.id)?.kind === 'work') {
            batches.at(-1)?.push(command.id);
        }
        const event = rehearse_successOf(command, nowMs);
        if (event === undefined)
            continue;
        [rollout, commands] = stepRollout(rollout, event);
        queue.push(...commands);
    }
    return batches.filter((batch) => batch.length > 0);
}
function rehearse_successOf(command, atMs) {
    if (command.type === 'pause')
        return { type: 'woke', atMs };
    if (command.type !== 'begin')
        return undefined;
    const outcome = { result: 'succeeded', isUnavailable: false, canRollBack: false };
    return { type: 'ended', id: command.id, outcome, atMs };
}

;// CONCATENATED MODULE: ./core/summary/instance-table.js








const openRows = 20;
function tableOfOne(one, state) {
    const row = [
        `${code(described_instance_idOf(one))}<br>${cell(one.run.target.instance.name)}`,
        statusLabel(one),
        [imageBefore(one), `→ ${imageOf(state.image)}`, ...otherImage(one, state)].join('<br>'),
        timeOf(one, state)
    ];
    return table(['Instance', 'Result', 'Image', 'Time'], [row]);
}
function fleetTable(instances, state, priority) {
    const ordered = byUrgency(instances);
    const images = ordered.map((one) => {
        const isBack = instance_end_isRolledBack(one.run) && one.run.rollback?.imageId === one.run.target.instance.imageId;
        return [imageBefore(one), ...(isBack ? [] : otherImage(one, state))].join('<br>');
    });
    const isSame = images.every((image) => image === images[0]);
    const columns = {
        Instance: ordered.map(({ run }) => nameCell(run)),
        Result: ordered.map(statusLabel),
        'Image before': isSame ? [] : images,
        Time: ordered.map((one) => timeOf(one, state))
    };
    const intro = isSame ? [`**Image before, each:** ${images[0] ?? ''}`] : [];
    return columnsPart(columns, { intro, isOpen: false }, priority);
}
function nameCell({ target: { instance } }) {
    return `${code(instance.id)} ${cell(instance.name)}`.trimEnd();
}
function columnsPart(columns, { intro = [], isOpen }, priority) {
    const shown = Object.entries(columns).filter(([, cells]) => cells.some((text) => text !== ''));
    const head = shown.map(([name]) => name);
    const rows = (shown[0]?.[1] ?? []).map((_, at) => shown.map(([, cells]) => cells[at] ?? ''));
    const title = `All ${rows.length} instances`;
    const heading = ['### Instances', ...intro];
    return {
        priority,
        pieces: rows.length,
        draw: (pieces) => {
            const told = firstRows(head, rows, pieces);
            if (rows.length > openRows)
                return [...heading, fold(title, told, isOpen)].join('\n\n');
            return [...heading, ...told].join('\n\n');
        }
    };
}
function imageBefore({ run }) {
    const { imageId, imageName } = beforeRebuild(run).instance;
    return imageOf({ id: imageId, name: imageName });
}
function otherImage({ run }, { image }) {
    if (run.rollback !== undefined && instance_end_isRolledBack(run))
        return [`now on ${code(run.rollback.imageId)}`];
    const last = lastSeen(run)?.instance;
    if (last === undefined || instance_run_diskOf(run) === 'untouched' || last.imageId === image.id)
        return [];
    return [`⚠️ last seen on ${imageOf({ id: last.imageId, name: last.imageName })}`];
}
function timeOf({ run }, { atMs }) {
    const { fromMs, toMs } = workTime(run, atMs);
    return toMs === fromMs ? '–' : (0,time/* formatDuration */.a3)(toMs - fromMs);
}

;// CONCATENATED MODULE: ./core/summary/fleet-plan.js












const actions = {
    rebuild: ['📋', 'rebuild'],
    start: ['🚀', 'start'],
    wait: ['⏳', 'wait, then decide'],
    skip: ['✅', 'skip'],
    refuse: ['❌', 'refuse']
};
function planTotals({ instances }) {
    const each = [...countsOf(instances.map(actionOf))].map(([action, count]) => actions[action].join(` **${count}** `));
    return `${each.join(' · ')} (${(0,core_listed/* counted */.hS)(instances.length, 'instance')})`;
}
function planParts(state, priority) {
    const ordered = inOrder(state);
    const batches = state.rollout.pauseMs === 0 ? [] : rehearse_rehearse(state.rollout);
    const sentence = batches.length === 0 ? '' : `If all goes well it takes ${(0,core_listed/* counted */.hS)(batches.length, 'batch', 'batches')}.`;
    const warnings = ordered.map(({ target }) => target.warnings.filter(isNotIn([unavailableNote(target)])));
    const notes = commonOf(warnings);
    const [now = ''] = countsOf(ordered.map(({ target }) => currentLabel(target))).keys();
    const usual = ordered.find(({ target }) => currentLabel(target) === now);
    const turns = turnsOf(ordered, canaries_canariesOf(state.rollout), batches);
    const differences = ordered.map((run) => differenceOf(run, usual));
    const remarks = ordered.map((run, at) => [
        ...(actionOf(run) === 'rebuild' ? [] : [actions[actionOf(run)].join(' ')]),
        ...(differences[at] ?? []),
        ...(warnings[at] ?? []).filter(isNotIn(notes)).map(noteOf)
    ].join('<br>'));
    const columns = {
        Instance: ordered.map(nameCell),
        'Would be erased': ordered.map(fleet_plan_erasedCell),
        Turn: turns,
        Remarks: remarks
    };
    const whose = differences.every((facts) => facts.length === 0) ? 'Now, each' : 'Now, unless noted';
    const common = [`**${whose}:** ${cell(now)}`, ...notes.map(noteOf)];
    return [
        textPart(sentence),
        textPart(common.join('\n\n')),
        textPart(howOf(state, ordered)),
        columnsPart(columns, { isOpen: true }, priority)
    ];
}
function inOrder({ instances, rollout }) {
    const turns = new Map(rollout.members.map(({ id }, turn) => [id, turn]));
    const turnOf = (run) => turns.get(fleet_plan_idOf(run)) ?? 0;
    const isSkipped = (run) => Number(actionOf(run) === 'skip');
    return instances.toSorted((one, other) => isSkipped(one) - isSkipped(other) || turnOf(one) - turnOf(other));
}
function fleet_plan_idOf({ target }) {
    return target.instance.id;
}
function actionOf({ target }) {
    return target.decision.action;
}
function noteOf(text) {
    return `⚠️ ${cell(text)}`;
}
function isNotIn(others) {
    return (text) => !others.includes(text);
}
function differenceOf(run, usual = run) {
    const own = currentFacts(run.target).filter(isNotIn(currentFacts(usual.target)));
    return own.length === 0 || actionOf(run) === 'skip' ? [] : [`now: ${cell(own.join(', '))}`];
}
function howOf({ options }, ordered) {
    const erased = ordered.filter(({ target }) => erases(target.decision));
    const [first] = erased;
    if (first === undefined)
        return '';
    const common = commonOf(erased.map(({ target }) => stepLabels(target)));
    const own = stepLabels(first.target).filter(isNotIn(common));
    const told = (texts) => texts.map((step) => cell(clip(step, 500))).join('; ');
    return [
        `**Login:** ${cell(loginLabel(options))} · **Script:** ${cell(scriptLabel(options))} · **Kept:** data disks, IP addresses, custom images`,
        ...(common.length === 0 ? [] : [`**Also:** ${told(common)}`]),
        ...(own.length === 0 ? [] : [`**Also**, as for ${code(fleet_plan_idOf(first))}: ${told(own)}`])
    ].join('\n\n');
}
function turnsOf(ordered, canaries, batches) {
    if (canaries.length === 0 && batches.length === 0)
        return [];
    const canary = new Set(canaries);
    const batchOf = new Map(batches.flatMap((ids, index) => ids.map((id) => [id, index + 1])));
    return ordered.map((run) => {
        const batch = batchOf.get(fleet_plan_idOf(run));
        const parts = [
            ...(canary.has(fleet_plan_idOf(run)) ? ['canary'] : []),
            ...(batch === undefined ? [] : [`batch ${batch}`])
        ];
        return parts.length === 0 ? '–' : parts.join(', ');
    });
}
function fleet_plan_erasedCell(run) {
    if (!erases(run.target.decision))
        return 'nothing';
    if (actionOf(run) === 'wait')
        return erasedAfterWait;
    const { disk, snapshots } = erasedBy(run);
    const named = disk === undefined ? 'the system disk' : `${code(disk.id)}, ${disk.sizeInGB}&nbsp;GB`;
    return snapshots.length === 0 ? named : `${named}, ${(0,core_listed/* counted */.hS)(snapshots.length, 'snapshot')}`;
}

;// CONCATENATED MODULE: ./core/summary/timeline.js




const mostInstances = 50;
const mostCharacters = 45_000;
const phone = { bars: 230, letter: 6, space: 6 };
const stillGoing = new Set(['inProgress', 'started']);
function timelineOf(instances, time) {
    if (instances.length < 2 || instances.length > mostInstances)
        return '';
    const rows = instances
        .map((one) => ({ one, bars: barsOf(one, time) }))
        .filter(({ bars }) => bars.length > 0)
        .toSorted((one, other) => startOf(one.bars) - startOf(other.bars));
    if (rows.length === 0)
        return '';
    const from = Math.min(...rows.map(({ bars }) => startOf(bars)));
    const to = Math.max(...rows.map(({ bars }) => bars.at(-1)?.to ?? from));
    const lines = [
        '---',
        'displayMode: compact',
        '---',
        'gantt',
        'dateFormat YYYY-MM-DDTHH:mm:ss',
        `axisFormat ${to - from < 600 ? '%H:%M:%S' : '%H:%M'}`,
        `tickInterval ${tickInterval(to - from)}`,
        'todayMarker off',
        ...rows.flatMap(({ one, bars }) => [
            `section ${harmless(described_instance_idOf(one))}`,
            ...bars.map((bar, index) => lineOf(bar, markOf(one, bars, index), to - from))
        ])
    ];
    return lines.join('\n').length > mostCharacters ? '' : fenced('mermaid', lines);
}
const distances = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600];
function tickInterval(seconds) {
    const distance = distances.find((each) => seconds / each <= 4) ?? 43_200;
    return distance < 60 ? `${distance}second` : `${distance / 60}minute`;
}
const looks = {
    backup: { initial: 'B', tag: '' },
    drain: { initial: 'D', tag: '' },
    rebuild: { initial: 'R', tag: 'active' },
    health: { initial: 'H', tag: 'done' },
    rollback: { initial: '↩', tag: 'active' }
};
function barText(kind, share) {
    const fits = (text) => text.length * phone.letter + phone.space <= share * phone.bars;
    return [kind, looks[kind].initial].find(fits) ?? '·';
}
function lineOf({ kind, from, to }, mark, width) {
    return `${barText(kind, (to - from) / width)} :${mark === '' ? '' : `${mark}, `}${new Date(from * 1000).toISOString().slice(0, 19)}, ${to - from}s`;
}
function markOf({ run, status, failure }, bars, index) {
    const isLast = index === bars.length - 1;
    if (isLast && stillGoing.has(status))
        return 'active';
    const kind = bars[index]?.kind ?? 'rebuild';
    if (kind === 'rollback')
        return instance_end_isRolledBack(run) ? looks[kind].tag : 'crit';
    const isLastForward = isLast || bars[index + 1]?.kind === 'rollback';
    const hasFailed = failure !== undefined && !isRolledBackWithOthers(run) && (status === 'failed' || status === 'rolledBack');
    return hasFailed && isLastForward ? 'crit' : looks[kind].tag;
}
function barsOf({ run, status }, { anchor, atMs }) {
    const bars = [];
    const wallSeconds = (ms) => (anchor.wallMs + ms - anchor.nowMs) / 1000;
    const spans = spansOf(run, atMs);
    for (const [index, { fromMs, toMs }] of spans.entries()) {
        const kind = kindAt(spans, index);
        const last = bars.at(-1);
        const from = Math.max(Math.floor(wallSeconds(fromMs)), last?.to ?? 0);
        const to = Math.max(from + 1, Math.round(wallSeconds(toMs)));
        if (last?.kind === kind)
            bars.splice(-1, 1, { ...last, to });
        else
            bars.push({ kind, from, to });
    }
    return status === 'notStarted' ? bars.filter(({ kind }) => kind !== 'rebuild') : bars;
}
const timeline_kinds = {
    backup: 'backup',
    draining: 'drain',
    health: 'health'
};
function kindAt(spans, index) {
    const span = spans[index];
    if (span?.isRollback)
        return 'rollback';
    const isBefore = span?.kind === 'settling' && spans[index + 1]?.isRollback === false;
    return isBefore ? kindAt(spans, index + 1) : ((span && timeline_kinds[span.kind]) ?? 'rebuild');
}
function startOf(bars) {
    return bars[0]?.from ?? 0;
}
function harmless(instanceId) {
    const safe = instanceId.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 40);
    return safe === '' ? '_' : safe;
}

;// CONCATENATED MODULE: ./core/summary/weights-table.js







const weights_table_openRows = 20;
function weights_table_loweredWeights(instances) {
    return instances.flatMap((instance) => openHeldWeights(instance.run.heldWeights).map(({ server }) => ({ instance, server })));
}
function weights_table_idleInstances(instances) {
    const isIdle = ({ server, currentWeight }) => server.weight === 0 && currentWeight === 0;
    return instances
        .filter(({ run }) => currentWeights(run.target.backendServers ?? [], run.heldWeights).some(isIdle))
        .map(described_instance_idOf);
}
const weights_table_idleWords = 'The weight was 0 before this run and stays 0, so there is no traffic. If an earlier run was cut off, its summary has the former weight: restore it.';
function idleSentence(instances) {
    const ids = weights_table_idleInstances(instances);
    if (ids.length === 0)
        return '';
    return `> ⚠️ **Weight 0 on a load balancer, ${(0,core_listed/* counted */.hS)(ids.length, 'instance')}:** ${(0,core_listed/* listed */.KE)(ids.map(code))}. ${weights_table_idleWords}`;
}
function weightsPart(instances, priority) {
    const lowered = weights_table_loweredWeights(instances);
    const rows = lowered.map(({ instance, server: { weight, blbId, groupId } }) => [
        `${code(described_instance_idOf(instance))}<br>${statusLabel(instance)}`,
        '0',
        String(weight),
        [code(blbId), ...(groupId === undefined ? [] : [code(groupId)])].join('<br>')
    ]);
    const draw = (pieces) => {
        if (rows.length === 0)
            return '';
        const list = firstRows(['Instance', 'Weight now', 'To restore', 'Load balancer'], rows, pieces);
        const servers = lowered.slice(0, pieces).map(({ server }) => server);
        const calls = Array.from(groupBy(servers, poolKey).values(), callOf);
        const isLong = pieces > weights_table_openRows;
        return [
            `### Load balancer weights to restore: ${rows.length}`,
            `With weight 0 an instance gets no traffic. Once it is healthy, set its weight in the console or with ${calls.length > 1 ? 'these calls' : 'this call'}; leave out instances that are not healthy yet.`,
            ...(isLong ? [fold(`All ${(0,core_listed/* counted */.hS)(rows.length, 'weight')}`, list)] : list),
            ...(isLong ? [fold((0,core_listed/* counted */.hS)(calls.length, 'call'), calls)] : calls)
        ].join('\n\n');
    };
    return { priority, pieces: rows.length, draw };
}
function callOf(pool) {
    const [{ kind, blbId, groupId }] = pool;
    const id = encodeURIComponent(blbId);
    const path = kind === 'blb' ? `/v1/blb/${id}/backendserver?update` : `/v1/appblb/${id}/blbrs`;
    const members = pool.map(({ instanceId, weight }) => JSON.stringify({ instanceId, weight }));
    const group = groupId === undefined ? '' : `"sgId":${JSON.stringify(groupId)},`;
    const body = [`{${group}"backendServerList":[`, members.join(',\n'), ']}'];
    return `${code(`PUT ${path}`)}\n\n${fenced('json', body)}`;
}

;// CONCATENATED MODULE: ./core/summary/summary.js













const summaryLimit = 900_000;
const mostDetailed = 20;
const priority = {
    details: 1,
    timeline: 2,
    instances: 3,
    unavailable: 4,
    failures: { rest: 5, full: 7 },
    weights: 6
};
function summaryOf(state, source, region = '') {
    const instances = described_instance_describeInstances(state);
    const [only, ...others] = instances;
    const parts = only !== undefined && others.length === 0
        ? partsOfOne(state, only, source)
        : partsOfFleet(state, instances, source);
    return fitted([textPart(headline(state, region)), ...parts], summaryLimit);
}
function partsOfOne(state, one, source) {
    const isPlan = one.status === 'planned';
    return [
        textPart(isPlan ? '' : tableOfOne(one, state), priority.instances),
        textPart(failureText(one.failure, source), priority.failures.full),
        weightsPart([one], priority.weights),
        textPart(idleSentence([one])),
        textPart(isPlan ? planTable(one, state) : detailsOf(one, state), priority.details)
    ];
}
function partsOfFleet(state, instances, source) {
    const isPlan = runStatus(state) === 'planned';
    return [
        textPart(isPlan ? planTotals(state) : totals(instances, state)),
        textPart(stopSentence(state)),
        textPart(rolloutLine(state)),
        unavailableBeforePart(state, priority.unavailable),
        ...failureParts(instances, priority.failures, source),
        weightsPart(instances, priority.weights),
        textPart(idleSentence(instances)),
        textPart(timelinePart(instances, state), priority.timeline),
        ...(isPlan ? planParts(state, priority.instances) : [fleetTable(instances, state, priority.instances)]),
        ...detailParts(instances, state)
    ];
}
function timelinePart(instances, state) {
    const diagram = timelineOf(instances, state);
    const legend = 'Times in UTC. B: backup, D: drain, R: rebuild, H: health check, ↩: rollback; red: failed.';
    return diagram === '' ? '' : `### Timeline\n\n${legend}\n\n${diagram}`;
}
function detailParts(instances, state) {
    const isMany = instances.length > mostDetailed;
    const shown = byUrgency(instances).filter(({ failure }) => !isMany || failure !== undefined);
    const untold = instances.length - shown.length;
    const details = shown.map((one) => detailsOf(one, state));
    const draw = (pieces) => {
        const each = details.slice(0, pieces);
        if (pieces <= mostDetailed)
            return each.join('\n\n');
        return fold(`Details of ${(0,core_listed/* counted */.hS)(pieces, 'instance')}`, each);
    };
    const note = shown.length === 0
        ? '_Details of each instance are in the output `result`._'
        : `_Details are shown of what failed or was cut off; those of the other ${(0,core_listed/* counted */.hS)(untold, 'instance')} are in the output \`result\`._`;
    return [{ priority: priority.details, pieces: shown.length, draw }, textPart(untold === 0 ? '' : note)];
}

// EXTERNAL MODULE: ./core/model/limits.js
var limits = __nccwpck_require__(4663);
;// CONCATENATED MODULE: ./deploy/calls/map-with-concurrency.js
async function mapWithConcurrency(items, concurrency, map) {
    const results = new Array(items.length);
    const queue = items.entries();
    const worker = async () => {
        for (const [index, item] of queue)
            results[index] = await map(item);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
    return results;
}

;// CONCATENATED MODULE: ./deploy/calls/or-call-error.js

async function or_call_error_orCallError(call) {
    try {
        return await call;
    }
    catch (error) {
        if (error instanceof model_failure/* CallError */.RA)
            return error;
        throw error;
    }
}

;// CONCATENATED MODULE: ./deploy/calls/read-many.js




const sideBySide = 4;
const fewDisks = 4;
async function readInstances(ids, bcc, signal, options = {}) {
    const read = await Promise.all((0,limits/* pagesOf */.E)(ids).map((page) => readPage(page, bcc, signal, options)));
    return new Map(read.flat());
}
async function readDisks(ids, bcc, signal, options = {}) {
    if (ids.length <= fewDisks) {
        const disks = await Promise.all(ids.map((id) => orCallError(bcc.getSystemDisk(id, signal, options))));
        return new Map(ids.map((id, place) => [id, disks[place]]));
    }
    const all = await orCallError(bcc.listSystemDisks(signal, options));
    return new Map(ids.map((id) => [id, all instanceof CallError ? all : all.get(id)]));
}
async function readPage(ids, bcc, signal, options) {
    const single = async (id) => [id, await or_call_error_orCallError(bcc.getInstance(id, signal, options))];
    if (ids.length < 2)
        return Promise.all(ids.map(single));
    const found = await or_call_error_orCallError(bcc.listInstances(ids, signal, options));
    if (!(found instanceof model_failure/* CallError */.RA)) {
        return mapWithConcurrency(ids, sideBySide, async (id) => {
            const instance = found.get(id);
            return instance === undefined ? single(id) : [id, instance];
        });
    }
    const mayBeOfOne = ['notFound', 'invalid', 'conflict', 'denied'].includes(found.failure.kind);
    return mayBeOfOne ? mapWithConcurrency(ids, sideBySide, single) : ids.map((id) => [id, found]);
}

;// CONCATENATED MODULE: ./deploy/balancers/set-weights.js


function createSetWeight(ports) {
    const queues = new Map();
    return async (pool, { instanceId, weight }) => {
        const key = poolKey(pool);
        const queue = queues.get(key) ?? { tail: Promise.resolve(), next: undefined };
        queues.set(key, queue);
        const batch = queue.next ?? set_weights_begin(queue, pool, ports);
        batch.weights.set(instanceId, weight);
        const failure = (await batch.done).get(instanceId);
        if (failure !== undefined)
            throw failure;
    };
}
function set_weights_begin(queue, pool, ports) {
    const weights = new Map();
    const done = queue.tail.then(async () => {
        await ports.clock.sleep(0, ports.cancel.writes);
        queue.next = undefined;
        const all = Array.from(weights, ([instanceId, weight]) => ({ instanceId, weight }));
        return send(pool, all, ports);
    });
    queue.next = { weights, done };
    queue.tail = done.catch(() => {
        queue.next = undefined;
    });
    return queue.next;
}
async function send(pool, weights, ports) {
    try {
        await ports.balancers.setWeights(pool, weights, ports.cancel.writes);
        return new Map();
    }
    catch (error) {
        if (!(error instanceof model_failure/* CallError */.RA))
            throw error;
        const isRefused = error.failure.kind === 'notFound' || error.failure.kind === 'invalid';
        if (weights.length === 1 || !isRefused) {
            return new Map(weights.map(({ instanceId }) => [instanceId, error]));
        }
    }
    const each = await Promise.all(weights.map((weight) => send(pool, [weight], ports)));
    return new Map(each.flatMap((failures) => [...failures]));
}

;// CONCATENATED MODULE: ./deploy/balancers/restore-weights.js






async function restoreWeights(state, ports) {
    const restorable = restorableRuns(state);
    if (restorable.length === 0)
        return state;
    const { bcc, cancel, log } = ports;
    const ids = restorable.map(({ run }) => run.target.instance.id);
    const read = await readInstances(ids, bcc, cancel.signal);
    const setWeight = createSetWeight(ports);
    const left = [];
    const restored = new Map();
    await Promise.all(restorable.map(async (one) => {
        const { id } = one.run.target.instance;
        const why = restore_weights_whyNot(one, read.get(id));
        if (why === undefined)
            restored.set(one.run, await restoreAll(one.run, setWeight, left, log));
        else
            left.push(`${id} ${why}`);
    }));
    if (left.length > 0)
        log.warning(`Weights are not restored: ${left.join('; ')}`);
    return { ...state, instances: state.instances.map((run) => restored.get(run) ?? run) };
}
function restore_weights_whyNot({ imageId }, read) {
    if (read === undefined || read instanceof model_failure/* CallError */.RA)
        return 'could not be read';
    const serves = bcc_status_statusKind(read.status) === 'up' && read.imageId === imageId;
    return serves ? undefined : `is ${read.status} on ${read.imageId}`;
}
async function restoreAll(run, setWeight, left, log) {
    const { id } = run.target.instance;
    let { heldWeights } = run;
    await Promise.all(openHeldWeights(heldWeights).map(async ({ server }) => {
        try {
            await setWeight(server, { instanceId: id, weight: server.weight });
        }
        catch (error) {
            if (error instanceof model_failure/* CallError */.RA)
                left.push(`${id} (${(0,model_failure/* describeFailure */.Ic)(error.failure)})`);
            else if (error instanceof model_failure/* CancelledError */.cc)
                left.push(`${id} (given up)`);
            else
                throw error;
            return;
        }
        heldWeights = withHeldWeight(heldWeights, server, 'returned');
        log.info(`${id}: weight on ${poolLabel(server)} restored to ${server.weight}`);
    }));
    return { ...run, heldWeights };
}

;// CONCATENATED MODULE: ./core/schedule.js
const beat = 0.96;
const jitter = 0.02;
const early = 0.9;
function schedule_nextBeat(dueMs, intervalMs, nowMs) {
    const next = dueMs + beat * intervalMs;
    const latest = nowMs + (beat + jitter) * intervalMs;
    return next > nowMs ? Math.min(next, latest) : nowMs + beat * intervalMs;
}
function observeMoment(observation, deadlineMs, nowMs, random) {
    const moved = observation.dueMs + (2 * random - 1) * observation.spreadMs;
    return Math.max(nowMs, Math.min(moved, deadlineMs));
}
function earliestMoment(observation, dueMs) {
    return dueMs - (observation.spreadMs / jitter) * early;
}
function spreadOf(intervalMs) {
    return jitter * intervalMs;
}

;// CONCATENATED MODULE: ./deploy/calls/poll.js

async function poll(read, beat, { clock, cancel }) {
    const untilMs = clock.nowMs() + beat.limitMs;
    let dueMs = clock.nowMs();
    for (;;) {
        const found = await read();
        const nowMs = clock.nowMs();
        if (found !== undefined || nowMs >= untilMs)
            return found;
        dueMs = schedule_nextBeat(dueMs, beat.intervalMs, nowMs);
        await clock.sleep(Math.min(dueMs, untilMs) - nowMs, cancel.signal);
    }
}

;// CONCATENATED MODULE: ./deploy/rebuild/await-visible.js




const intervalMs = 5_000;
async function awaitVisible(instanceIds, limitMs, ports) {
    const { bcc, cancel } = ports;
    let hidden = instanceIds;
    await poll(async () => {
        const read = await readInstances(hidden, bcc, cancel.signal);
        hidden = hidden.filter((id) => !bcc_status_mayShowRebuild(await_visible_statusOf(read.get(id))));
        return hidden.length === 0 ? true : undefined;
    }, { intervalMs, limitMs }, ports);
    return hidden;
}
function await_visible_statusOf(read) {
    if (!(read instanceof model_failure/* CallError */.RA))
        return read?.status ?? '';
    const { kind } = read.failure;
    if (kind === 'notFound')
        return '';
    if (kind === 'denied' || kind === 'invalid' || kind === 'unsent')
        throw read;
    return 'Running';
}

;// CONCATENATED MODULE: ./github/record.js
const limitMs = 10_000;
const maxMegabytes = 1;
async function openRecord(config, { imageId, instanceIds }, signal) {
    const { repos, context, request } = await connect(config, signal);
    const { data } = await repos.createDeployment({
        ...context.repo,
        ref: context.sha,
        environment: config.environment,
        auto_merge: false,
        required_contexts: [],
        description: `BCC image ${imageId}`,
        payload: { imageId, instanceIds },
        request
    });
    if (!('id' in data))
        throw new Error(`GitHub made no deployment: ${data.message ?? 'no reason given'}`);
    return data.id;
}
async function setRecord(config, id, state, signal) {
    const { repos, context, request } = await connect(config, signal);
    const { owner, repo } = context.repo;
    await repos.createDeploymentStatus({
        owner,
        repo,
        deployment_id: id,
        state,
        log_url: `${context.serverUrl}/${owner}/${repo}/actions/runs/${context.runId}`,
        ...(state === 'success' && config.environmentUrl ? { environment_url: config.environmentUrl.href } : {}),
        request
    });
}
async function connect({ githubToken }, signal) {
    const { getOctokit, context } = await Promise.all(/* import() */[__nccwpck_require__.e(820), __nccwpck_require__.e(350)]).then(__nccwpck_require__.bind(__nccwpck_require__, 5350));
    const { rest, request } = getOctokit(githubToken);
    const { fetch } = { fetch: globalThis.fetch, ...request.endpoint.DEFAULTS.request };
    const limit = new AbortController();
    setTimeout(() => limit.abort(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs).unref();
    return {
        repos: rest.repos,
        context,
        request: {
            signal: AbortSignal.any(signal === undefined ? [limit.signal] : [limit.signal, signal]),
            fetch: async (...call) => bounded(await fetch(...call))
        }
    };
}
async function bounded(response) {
    const chunks = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
        bytes += chunk.length;
        if (bytes > maxMegabytes * 1024 * 1024)
            throw new Error(`its reply is longer than ${maxMegabytes} MB`);
        chunks.push(chunk);
    }
    return new Response(bytes === 0 ? null : Buffer.concat(chunks), response);
}

;// CONCATENATED MODULE: ./core/summary/annotation-text.js

const runnerLimit = 4_096;
const limit = runnerLimit - 96;
const lineLimit = 1_000;
const remedyLimit = 700;
function annotationText([first = '', ...items], remedies) {
    const head = clip(first, lineLimit);
    const tail = remedies.map((line) => clip(line, remedyLimit));
    const more = (count) => `and ${count} more`;
    let left = limit - annotation_text_sizeOf([head, ...tail]) - more(items.length).length - 1;
    const told = [];
    for (const item of items) {
        const line = clip(item, lineLimit);
        left -= annotation_text_sizeOf([line]);
        if (left < 0)
            break;
        told.push(line);
    }
    const rest = items.length - told.length;
    return [head, ...told, ...(rest === 0 ? [] : [more(rest)]), ...tail];
}
function annotation_text_sizeOf(lines) {
    return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

;// CONCATENATED MODULE: ./core/summary/annotations.js






const most = 10;
function annotations_annotationsOf(state) {
    const instances = describeInstances(state);
    const others = [
        ...ofStop(state),
        ...ofWeights(loweredWeights(instances)),
        ...ofIdle(idleInstances(instances))
    ];
    const room = most - others.length;
    const failed = failuresFirst(instances);
    const single = failed.length <= room ? failed : failed.slice(0, room - 1);
    const rest = failed.slice(single.length);
    const each = single.map((one) => ({
        level: 'error',
        title: `Rebuild of ${idOf(one)} ${one.failure.reason === 'cancelled' ? 'cancelled' : `failed (${one.failure.reason})`}`,
        lines: [wholeCause(one.failure), one.failure.diskNote, one.failure.remedy],
        reason: one.failure.reason
    }));
    const more = {
        level: 'error',
        title: `${rest.length} more that failed or were cut off`,
        lines: [`${reasonsLabel(rest)}.`, 'The job summary and the output result name them all.']
    };
    return [...each, ...(rest.length === 0 ? [] : [more]), ...others];
}
function ofStop(state) {
    const message = stopMessage(state);
    if (message === undefined || state.course?.stop === 'cancelled' || state.instances.length === 1)
        return [];
    return [{ level: 'error', title: 'The rollout stopped', lines: [message] }];
}
function ofWeights(lowered) {
    if (lowered.length === 0)
        return [];
    const each = lowered.map(({ instance, server }) => {
        const group = server.groupId === undefined ? '' : `, group ${server.groupId}`;
        return `${idOf(instance)} on ${server.blbId}${group}: 0 instead of ${server.weight}`;
    });
    const meaning = 'An instance with the weight 0 gets no traffic. If the post step of this job runs, it restores what it safely can; the job summary has the calls that restore the rest.';
    return [
        {
            level: 'error',
            title: 'Load balancer weights are not restored',
            reason: 'rejoin',
            lines: [meaning, ...each]
        }
    ];
}
function ofIdle(ids) {
    if (ids.length === 0)
        return [];
    return [
        {
            level: 'warning',
            title: 'Weight 0 since before this run',
            lines: [listed(ids), idleWords],
            reason: 'rejoin'
        }
    ];
}

;// CONCATENATED MODULE: ./deploy/plan/survey-error.js


class SurveyError extends Error {
    problems;
    constructor(problems, options) {
        super(problems.map(({ cause }) => cause).join(' '), options);
        this.name = 'SurveyError';
        this.problems = problems;
    }
}
const general = new Set(['denied', 'unreached', 'unsent', 'skewed']);
function survey_error_withoutRepeats(problems) {
    return problems.filter(({ reason, remedy }, at) => !general.has(reason) ||
        problems.findIndex((other) => other.reason === reason && other.remedy === remedy) === at);
}
function problemOf(failure, region) {
    return {
        cause: `${describeFailure(failure)}.`,
        remedy: callRemedy(failure, undefined, region),
        reason: failure.kind
    };
}

;// CONCATENATED MODULE: ./action/job-log.js



const jobLog = {
    info: (line) => info(escapeCommands(line)),
    warning: (line) => warn(line),
    debug: (line) => core_debug(escapeCommands(line)),
    group: (title, work) => group(escapeCommands(title), work)
};
function warn(line, reason) {
    warning([line, ...job_log_helpLines(reason)].map(escapeCommands).join('\n'));
}
function job_log_helpLines(reason) {
    const link = helpLink(readActionSource(), reason);
    return link === undefined ? [] : [`Help: ${link}`];
}
function escapeCommands(line) {
    return neutralText(line)
        .replace(/^(\s*):/, '$1 .:')
        .replaceAll('##[', '## [');
}
function readActionSource() {
    return {
        serverUrl: process.env['GITHUB_SERVER_URL'],
        repository: process.env['GITHUB_ACTION_REPOSITORY'],
        ref: process.env['GITHUB_ACTION_REF']
    };
}

;// CONCATENATED MODULE: ./action/annotate.js





function annotateState(state) {
    for (const { level, title, lines, reason } of annotationsOf(state)) {
        annotate(level, title, lines, helpLines(reason));
    }
}
function annotateProblems(problems) {
    const lines = problems.map(({ input, message }) => `${input} ${message}`);
    annotate('error', 'The inputs are not right', lines, ['Nothing was sent.', ...helpLines()]);
}
function annotateSurvey(found) {
    const problems = withoutRepeats(found);
    const causes = [...new Set(problems.map(({ cause }) => cause))];
    const remedies = [...new Set(problems.map(({ remedy }) => remedy))];
    const told = remedies.slice(0, 3);
    const [reason, ...otherReasons] = new Set(problems.map((problem) => problem.reason));
    const help = helpLines(otherReasons.length === 0 ? reason : undefined);
    annotate('error', 'No plan can be made', causes, [...told, 'Nothing was changed.', ...help]);
}
function annotateEnd(title, text, reason) {
    annotate('error', title, text.split('\n'), job_log_helpLines(reason));
}
function annotateFault(title, error) {
    annotateEnd(title, error instanceof Error ? (error.stack ?? error.message) : String(error));
}
function annotate(level, title, lines, remedies) {
    const write = level === 'error' ? error : warning;
    const text = annotationText(lines, remedies);
    write(text.map(escapeCommands).join('\n'), { title: escapeCommands(title) });
}

;// CONCATENATED MODULE: ./bce/api/all-pages.js

const maxPages = 100;
const maxCharacters = 8 * 1024 * 1024;
async function allPages(page, call, onLeftOut = () => undefined) {
    const items = [];
    const markers = new Set();
    let operation = page();
    let characters = 0;
    for (;;) {
        const { items: found, nextMarker, leftOut } = await call(operation);
        if (leftOut !== undefined)
            onLeftOut(operation, leftOut);
        for (const item of found)
            items.push(item);
        characters += JSON.stringify(found).length;
        if (characters > maxCharacters) {
            throw endless(operation, `it holds more than ${maxCharacters / 1024 / 1024} MB`);
        }
        if (nextMarker === undefined) {
            return items;
        }
        if (markers.has(nextMarker)) {
            throw endless(operation, 'its pages lead back to one that was read already');
        }
        markers.add(nextMarker);
        if (markers.size >= maxPages) {
            throw endless(operation, `it has more than ${maxPages} pages`);
        }
        operation = page(nextMarker);
    }
}
function endless({ name, target }, why) {
    return new model_failure/* CallError */.RA({
        kind: 'malformed',
        operation: name,
        target,
        message: `the list has no end: ${why}`,
        attempts: 1
    });
}

// EXTERNAL MODULE: ./bce/signed-request.js + 1 modules
var signed_request = __nccwpck_require__(6018);
// EXTERNAL MODULE: ./bce/api/check-arguments.js
var check_arguments = __nccwpck_require__(4822);
// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __nccwpck_require__(4573);
// EXTERNAL MODULE: ./bce/api/json-fields.js
var json_fields = __nccwpck_require__(219);
;// CONCATENATED MODULE: ./bce/api/decode.js



function oneOf(thing, ids) {
    if (!ids.includes(thing.id))
        throw new json_fields/* DecodeError */.Xc('it is about another ID than the one asked for');
    return thing;
}
function decodeUserData(json) {
    const userData = (0,json_fields/* record */.g1)(json, 'answer')['userData'] ?? '';
    if (typeof userData !== 'string') {
        throw new json_fields/* DecodeError */.Xc('"userData" is not a text');
    }
    const base64 = userData.replace(/\s/g, '');
    const bytes = Buffer.from(base64, 'base64');
    const again = bytes.toString('base64');
    if (base64 !== again && base64 !== again.replace(/=+$/, '')) {
        throw new json_fields/* DecodeError */.Xc('"userData" is not base64');
    }
    if (!(0,external_node_buffer_.isUtf8)(bytes)) {
        throw new json_fields/* DecodeError */.Xc('"userData" holds bytes that are not text');
    }
    return bytes.length === 0 ? undefined : new secret/* Secret */.z(bytes.toString('utf8'));
}
function decodePage(json, key, decodeItem) {
    const reply = (0,json_fields/* record */.g1)(json, 'answer');
    const items = (0,json_fields/* list */.p_)(reply[key], key).map(decodeItem);
    return (0,json_fields/* flag */.Jt)(reply, 'isTruncated') ? { items, nextMarker: (0,json_fields/* requiredWord */.yC)(reply, 'nextMarker') } : { items };
}
function decodeOptionalPage(json, key, decodeItem) {
    const reply = (0,json_fields/* record */.g1)(json, 'answer');
    if (reply[key] === undefined)
        return { items: [], leftOut: `"${key}" is missing` };
    let leftOut;
    const page = decodePage(json, key, (item) => {
        try {
            return [decodeItem(item)];
        }
        catch (error) {
            if (!(error instanceof json_fields/* DecodeError */.Xc))
                throw error;
            leftOut ??= error.message;
            return [];
        }
    });
    return { ...page, items: page.items.flat(), ...(leftOut === undefined ? {} : { leftOut }) };
}
function decodeInstance(json) {
    const from = (0,json_fields/* record */.g1)(json, 'instance');
    const tags = decodeTags(from['tags']);
    return {
        ...(0,json_fields/* texts */.Te)(from, ['name', 'imageName', 'imageType', 'osName', 'osVersion', 'osArch']),
        ...(0,json_fields/* texts */.Te)(from, ['zoneName', 'spec', 'publicIp', 'internalIp']),
        id: (0,json_fields/* requiredWord */.yC)(from, 'id'),
        status: (0,json_fields/* requiredWord */.yC)(from, 'status'),
        imageId: (0,json_fields/* requiredWord */.yC)(from, 'imageId'),
        keypairId: (0,json_fields/* word */.Vm)(from, 'keypairId'),
        deletionProtection: (0,json_fields/* optionalFlag */.bS)(from, 'deletionProtection'),
        ...(tags === undefined ? {} : { tags })
    };
}
function decodeImage(json) {
    const from = (0,json_fields/* record */.g1)(json, 'image');
    return {
        ...(0,json_fields/* texts */.Te)(from, ['name', 'type', 'osType', 'osName', 'osVersion', 'osArch', 'createTime']),
        id: (0,json_fields/* requiredWord */.yC)(from, 'id'),
        status: (0,json_fields/* requiredWord */.yC)(from, 'status'),
        minDiskGb: (0,json_fields/* count */.U9)(from, 'minDiskGb')
    };
}
function decodeVolume(json) {
    const from = (0,json_fields/* record */.g1)(json, 'volume');
    const isSystemVolume = (0,json_fields/* flag */.Jt)(from, 'isSystemVolume');
    const needed = isSystemVolume ? json_fields/* requiredWord */.yC : json_fields/* text */.Qq;
    const { attachments } = from;
    return {
        id: needed(from, 'id'),
        createTime: (0,json_fields/* text */.Qq)(from, 'createTime'),
        sizeInGB: (0,json_fields/* count */.U9)(from, 'diskSizeInGB'),
        snapshotNum: (0,json_fields/* count */.U9)(from, 'snapshotNum'),
        status: (0,json_fields/* word */.Vm)(from, 'status').replace(/^in[-_]?use$/i, 'InUse'),
        isSystemVolume,
        attachedTo: (Array.isArray(attachments) ? attachments : [])
            .map((attachment) => (0,json_fields/* word */.Vm)({ ...Object(attachment) }, 'instanceId'))
            .filter((id) => id !== '')
    };
}
function decodeSnapshot(json) {
    const from = (0,json_fields/* record */.g1)(json, 'snapshot');
    return { ...(0,json_fields/* texts */.Te)(from, ['id', 'name', 'createTime']), volumeId: (0,json_fields/* word */.Vm)(from, 'volumeId') };
}
function decodeTags(json) {
    if (json === null)
        return [];
    if (!Array.isArray(json))
        return undefined;
    const tags = json.map((tag) => {
        const from = { ...Object(tag) };
        return { key: (0,json_fields/* text */.Qq)(from, 'tagKey'), value: (0,json_fields/* text */.Qq)(from, 'tagValue') };
    });
    return tags.some(({ key }) => key === '') ? undefined : tags;
}

// EXTERNAL MODULE: ./core/secret-forms.js
var secret_forms = __nccwpck_require__(6435);
// EXTERNAL MODULE: ./bce/api/operation.js
var operation = __nccwpck_require__(9666);
;// CONCATENATED MODULE: ./bce/api/instances.js






const longestPage = '1000';
function getInstance(id) {
    return {
        ...operation/* read */.LF,
        ...(0,check_arguments/* callOn */.Ci)('GetInstance', id),
        path: (0,signed_request/* pathOf */.XM)('v2', 'instance', id),
        maxBodyBytes: operation/* shortBody */.xe,
        decode: (json) => oneOf(decodeInstance((0,json_fields/* record */.g1)(json, 'answer')['instance']), [id])
    };
}
function getUserData(instanceId) {
    return {
        ...operation/* read */.LF,
        method: 'POST',
        ...(0,check_arguments/* callOn */.Ci)('GetInstanceUserDataInfo', instanceId),
        path: '/v2/instance/attribute/getUserdata',
        body: JSON.stringify({ instanceId }),
        maxBodyBytes: operation/* shortBody */.xe,
        decode: decodeUserData
    };
}
function listInstances(ids, marker) {
    return {
        ...operation/* read */.LF,
        method: 'POST',
        name: 'ListInstanceByIds',
        path: '/v2/instance/listByInstanceId',
        query: (0,signed_request/* queryOf */.E2)({ marker }),
        body: JSON.stringify({ instanceIds: ids }),
        decode: (json) => decodePage(json, 'instances', (item) => oneOf(decodeInstance(item), ids))
    };
}
function listTagged(tags, marker) {
    const filter = tags
        .filter(({ key, value }) => key !== '' && !/[:,]/.test(key + value))
        .map(({ key, value }) => (value === '' ? key : `${key}:${value}`));
    return {
        ...operation/* read */.LF,
        name: 'ListInstances',
        path: '/v2/instance',
        query: (0,signed_request/* queryOf */.E2)({ tags: filter.join(','), marker, maxKeys: longestPage }),
        decode: (json) => decodePage(json, 'instances', decodeInstance)
    };
}
function listVolumes(instanceId, marker) {
    return {
        ...operation/* read */.LF,
        ...(0,check_arguments/* callOn */.Ci)('ListVolumes', instanceId),
        path: '/v2/volume',
        query: (0,signed_request/* queryOf */.E2)({ instanceId, marker }),
        decode(json) {
            const page = decodeOptionalPage(json, 'volumes', decodeVolume);
            if (page.items.some(({ attachedTo: ids }) => ids.length > 0 && !ids.includes(instanceId))) {
                throw new json_fields/* DecodeError */.Xc('a disk is attached to another instance than the one asked for');
            }
            return page;
        }
    };
}
function listSystemVolumes(marker) {
    return {
        ...operation/* read */.LF,
        name: 'ListVolumes',
        path: '/v2/volume',
        query: (0,signed_request/* queryOf */.E2)({ usageFilter: 'system', marker, maxKeys: longestPage }),
        decode: (json) => decodeOptionalPage(json, 'volumes', decodeVolume)
    };
}
function listSnapshots(volumeId, marker) {
    return {
        ...operation/* read */.LF,
        ...(0,check_arguments/* callOn */.Ci)('ListSnapshots', ...(volumeId === undefined ? [] : [volumeId])),
        path: '/v2/snapshot',
        query: (0,signed_request/* queryOf */.E2)({ volumeId, marker, maxKeys: longestPage }),
        decode: (json) => decodeOptionalPage(json, 'snapshots', decodeSnapshot)
    };
}
function startInstance(id) {
    const path = (0,signed_request/* pathOf */.XM)('v2', 'instance', id);
    return { ...write, ...(0,check_arguments/* callOn */.Ci)('StartInstance', id), path, query: { start: null }, repeatable: true };
}
function rebuildInstances(instanceIds, { imageId, login, userData, cleanLastUserData }, encrypt) {
    const isBatch = new Set(instanceIds).size > 1;
    const name = isBatch ? 'RebuildBatchInstance' : 'RebuildInstance';
    const ids = (0,check_arguments/* checkedIds */.Ge)(name, instanceIds);
    const target = (0,check_arguments/* batchName */.cL)(ids);
    const password = login.kind === 'adminPass' ? login.adminPass.reveal() : undefined;
    const adminPass = password === undefined ? undefined : encrypt(name, target, password);
    const script = userData?.reveal();
    return {
        ...write,
        name,
        target,
        path: isBatch ? '/v2/instance/rebuild' : (0,signed_request/* pathOf */.XM)('v2', 'instance', target),
        query: isBatch ? {} : { rebuild: null },
        isBatch,
        tellsLoss: true,
        secrets: [password ?? '', adminPass ?? '', ...(0,secret_forms/* secretLines */._o)(script ?? '')],
        body: JSON.stringify({
            instanceIds: isBatch ? ids : undefined,
            imageId,
            adminPass,
            keypairId: login.kind === 'keypairId' ? login.keypairId : undefined,
            keepImageLogin: login.kind === 'keepImageLogin' ? true : undefined,
            userData: script,
            cleanLastUserData
        })
    };
}
const write = {
    kind: 'write',
    method: 'PUT',
    decode: (_json, requestId) => ({ requestId })
};

;// CONCATENATED MODULE: ./bce/api/load-balancers.js







function listMembers(blbId, marker) {
    return {
        ...readBlb,
        ...(0,check_arguments/* callOn */.Ci)('DescribeBlbServers', blbId),
        path: (0,signed_request/* pathOf */.XM)('v1', 'blb', blbId, 'backendserver'),
        query: (0,signed_request/* queryOf */.E2)({ marker, maxKeys: longestPage }),
        decode: decodeMembers
    };
}
function listGroups(blbId, marker) {
    return {
        ...readBlb,
        ...(0,check_arguments/* callOn */.Ci)('DescribeAppBlbServerGroup', blbId),
        path: (0,signed_request/* pathOf */.XM)('v1', 'appblb', blbId, 'appservergroup'),
        query: (0,signed_request/* queryOf */.E2)({ marker, maxKeys: longestPage }),
        decode: (json) => decodePage(json, 'appServerGroupList', (item) => (0,json_fields/* requiredWord */.yC)((0,json_fields/* record */.g1)(item, 'group'), 'id'))
    };
}
function listGroupMembers(blbId, sgId, marker) {
    return {
        ...readBlb,
        ...(0,check_arguments/* callOn */.Ci)('DescribeAppBlbServerGroupRs', blbId, sgId),
        path: (0,signed_request/* pathOf */.XM)('v1', 'appblb', blbId, 'blbrs'),
        query: (0,signed_request/* queryOf */.E2)({ sgId, marker, maxKeys: longestPage }),
        decode: decodeMembers
    };
}
function updateWeights(pool, weights) {
    const { kind, blbId, groupId: sgId = '' } = pool;
    const name = updateName(pool);
    const isPlain = kind === 'blb';
    (0,check_arguments/* checkWeights */.qO)(name, blbId, weights);
    const backendServerList = weights.map(({ instanceId, weight }) => ({ instanceId, weight }));
    return {
        kind: 'write',
        service: 'blb',
        method: 'PUT',
        repeatable: true,
        ...(0,check_arguments/* callOn */.Ci)(name, blbId, ...(isPlain ? [] : [sgId])),
        path: (0,signed_request/* pathOf */.XM)('v1', kind, blbId, isPlain ? 'backendserver' : 'blbrs'),
        query: isPlain ? { update: null } : {},
        body: JSON.stringify(isPlain ? { backendServerList } : { sgId, backendServerList }),
        decode: () => undefined
    };
}
function decodeMembers(json) {
    return decodePage(json, 'backendServerList', (item) => {
        const from = (0,json_fields/* record */.g1)(item, 'member');
        const instanceId = (0,json_fields/* word */.Vm)(from, 'instanceId');
        return instanceId === '' ? undefined : { instanceId, weight: weightOf(from) };
    });
}
function weightOf(from) {
    const weight = from['weight'];
    const digits = typeof weight === 'number' || typeof weight === 'string' ? String(weight) : '';
    if (!/^\d{1,3}$/.test(digits) || Number(digits) > 100) {
        throw new json_fields/* DecodeError */.Xc('"weight" is no whole number from 0 to 100');
    }
    return Number(digits);
}
const readBlb = { ...operation/* read */.LF, service: 'blb' };

;// CONCATENATED MODULE: ./bce/api/backend-servers.js



const unfit = ['notFound', 'invalid'];
async function backendServersOf(blbId, call) {
    const members = await allPages((marker) => listMembers(blbId, marker), call).catch(orUnfit);
    const ordinary = members instanceof model_failure/* CallError */.RA ? [] : backendServersIn({ kind: 'blb', blbId }, members);
    if (ordinary.length > 0)
        return ordinary;
    const groups = await allPages((marker) => listGroups(blbId, marker), call).catch(orUnfit);
    if (groups instanceof model_failure/* CallError */.RA) {
        if (members instanceof model_failure/* CallError */.RA)
            throw tellingFailure(members, groups);
        return [];
    }
    const backendServers = [];
    for (const groupId of new Set(groups)) {
        const page = (marker) => listGroupMembers(blbId, groupId, marker);
        backendServers.push(...backendServersIn({ kind: 'appblb', blbId, groupId }, await allPages(page, call)));
    }
    return backendServers;
}
function backendServersIn(pool, members) {
    const known = members.filter((member) => member !== undefined);
    return [...new Map(known.map((member) => [member.instanceId, { ...pool, ...member }])).values()];
}
function orUnfit(error) {
    if (error instanceof model_failure/* CallError */.RA && unfit.includes(error.failure.kind))
        return error;
    throw error;
}
function tellingFailure(ordinary, application) {
    const other = [ordinary, application].find(({ failure }) => failure.kind !== 'notFound');
    if (other !== undefined)
        return other;
    const { failure } = ordinary;
    const message = `it is neither an ordinary nor an application load balancer; ${failure.message}`;
    return new model_failure/* CallError */.RA({ ...failure, message }, { cause: application });
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./bce/api/encrypt-password.js


const keyBytes = 16;
function encryptPassword(operation, target, password, secretAccessKey) {
    const key = Buffer.from(secretAccessKey, 'utf8').subarray(0, keyBytes);
    if (key.length < keyBytes) {
        const message = `the secret access key has fewer than ${keyBytes} characters, so adminPass cannot be encrypted with it`;
        throw (0,check_arguments/* invalidCall */.Yf)(operation, target, message);
    }
    const cipher = (0,external_node_crypto_.createCipheriv)('aes-128-ecb', key, null);
    return cipher.update(password, 'utf8', 'hex') + cipher.final('hex');
}

;// CONCATENATED MODULE: ./bce/api/images.js





function getImage(id) {
    return {
        ...operation/* read */.LF,
        ...(0,check_arguments/* callOn */.Ci)('GetImage', id),
        path: (0,signed_request/* pathOf */.XM)('v2', 'image', id),
        maxBodyBytes: operation/* shortBody */.xe,
        decode: (json) => oneOf(decodeImage((0,json_fields/* record */.g1)(json, 'answer')['image']), [id])
    };
}
function listImages({ imageType, imageName }, marker) {
    return {
        ...operation/* read */.LF,
        name: 'ListImages',
        path: '/v2/image',
        query: (0,signed_request/* queryOf */.E2)({ imageType, imageName, marker }),
        decode: (json) => decodePage(json, 'images', decodeImage)
    };
}
function createImage(spec) {
    const { imageName, instanceId, clientToken } = spec;
    return {
        kind: 'write',
        repeatable: true,
        method: 'POST',
        ...(0,check_arguments/* callOn */.Ci)('CreateImage', instanceId),
        path: '/v2/image',
        query: { clientToken },
        body: JSON.stringify({ imageName, instanceId }),
        decode: (json) => ({ imageId: (0,json_fields/* requiredWord */.yC)((0,json_fields/* record */.g1)(json, 'answer'), 'imageId') })
    };
}
function deleteImage(id) {
    return {
        kind: 'write',
        repeatable: true,
        doneAfterLoss: 'notFound',
        method: 'DELETE',
        ...(0,check_arguments/* callOn */.Ci)('DeleteImage', id),
        path: (0,signed_request/* pathOf */.XM)('v2', 'image', id),
        query: {},
        decode: () => undefined
    };
}

// EXTERNAL MODULE: ./bce/api/reply-facts.js + 1 modules
var reply_facts = __nccwpck_require__(7463);
;// CONCATENATED MODULE: ./bce/api/system-disks.js

function systemDiskOf(volumes) {
    const [disk, another] = volumes.filter(({ isSystemVolume }) => isSystemVolume);
    if (disk === undefined || another !== undefined)
        return undefined;
    const { isSystemVolume: _flag, attachedTo: _ids, ...systemDisk } = disk;
    return systemDisk;
}
function systemDisksByInstance(volumes) {
    const different = new Map(volumes.map((volume) => [volume.id, volume]));
    const attachments = [...different.values()].flatMap((disk) => disk.attachedTo.map((id) => ({ id, disk })));
    return new Map([...groupBy(attachments, ({ id }) => id)].flatMap(([id, some]) => {
        const systemDisk = systemDiskOf(some.map(({ disk }) => disk));
        return systemDisk === undefined ? [] : [[id, systemDisk]];
    }));
}

;// CONCATENATED MODULE: ./bce/api/error-codes.js
const codes = new Map([
    [
        'throttled',
        [
            'ratelimit',
            'ratelimitexceeded',
            'throttling',
            'throttled',
            'throttlingexception',
            'toomanyrequests',
            'requestlimitexceeded',
            'exceedratelimit',
            'slowdown'
        ]
    ],
    ['skewed', ['requestexpired', 'requesttimetooskewed']],
    [
        'denied',
        [
            'accessdenied',
            'iamsignatureinvalid',
            'invalidaccesskeyid',
            'invalidhttpauthheader',
            'optinrequired',
            'qualifynotpass',
            'signaturedoesnotmatch',
            'signatureinvalid',
            'invalidsignature'
        ]
    ],
    [
        'notFound',
        [
            'forbidden.instancenotfound',
            'instancenotexist',
            'instancenotfound',
            'invalidinstanceid.notfound',
            'keypair.instancenotexist',
            'keypair.keypairnotexist',
            'nosuchobject',
            'resourcenotfound'
        ]
    ],
    [
        'conflict',
        [
            'image.creatingimagecannotbedeleted',
            'image.imagehasbeensharedtoothers',
            'image.instancestatusforbidden',
            'instance.passwordoperationforbidden',
            'instance.rebootinstanceoperationforbidden',
            'instance.startinstanceoperationforbidden',
            'instance.stopinstanceoperationforbidden',
            'keypair.instancestatusforbidden',
            'lastoperationnotfinished',
            'operationdenied'
        ]
    ],
    [
        'invalid',
        [
            'idempotentparametermismatch',
            'image.imagequotaexceedlimit',
            'image.uncustomimagecannotbedeleted',
            'invalidversion',
            'keypair.unsupportostype'
        ]
    ]
]);
const busyCode = 'lastoperationnotfinished';
const serverCodes = ['internalerror', 'serviceinternalerror', 'serviceunavailable'];
function classify(status, code, kind) {
    const lower = code.toLowerCase();
    for (const [failure, members] of codes) {
        if (members.includes(lower)) {
            return failure;
        }
    }
    if (serverCodes.includes(lower) || status >= 500 || status === 408) {
        return kind === 'read' ? 'transient' : 'ambiguous';
    }
    return byStatus.get(status) ?? 'invalid';
}
function isBusy(code = '') {
    return code.toLowerCase() === busyCode;
}
const byStatus = new Map([
    [401, 'denied'],
    [403, 'denied'],
    [404, 'notFound'],
    [409, 'conflict'],
    [412, 'conflict'],
    [429, 'throttled']
]);

;// CONCATENATED MODULE: ./bce/api/interpret-reply.js




function interpretReply(operation, reply, facts, endpoint) {
    const { status, body } = reply;
    const fail = (kind, message, cause) => failed(operation, kind, message, cause, { status, facts });
    if (body.kind === 'cut' && operation.kind === 'read') {
        return fail('transient', body.error.message, body.error);
    }
    if (status >= 200 && status < 300 && !deniesSuccess(facts)) {
        const problem = body.kind === 'tooLong' ? 'the answer is too long' : facts.problem;
        if (problem !== '' && operation.kind === 'read')
            return fail('malformed', problem);
        try {
            return { ok: true, value: operation.decode(facts.json, facts.requestId) };
        }
        catch (error) {
            if (!(error instanceof json_fields/* DecodeError */.Xc))
                throw error;
            return fail('malformed', `the answer cannot be understood: ${error.message}`);
        }
    }
    if (status >= 300 && status < 400) {
        const host = (0,reply_facts/* redirectHost */.DM)(reply, endpoint);
        const kind = operation.kind === 'read' ? 'invalid' : 'ambiguous';
        return fail(kind, `the service sent us on to ${host}, and a signed request does not follow`);
    }
    const message = facts.message === '' ? 'the service gave no reason' : facts.message;
    if (status < 300 && operation.service !== 'ca') {
        const kind = operation.kind === 'read' ? 'malformed' : 'ambiguous';
        return fail(kind, `the status is one of success, but the answer is an error: ${message}`);
    }
    const kind = classify(Math.max(status, 400), facts.code, operation.kind);
    return fail(kind, kind === 'skewed'
        ? `${message} (the clock here differs from the service's, or a session has ended)`
        : message);
}
function deniesSuccess({ json, code }) {
    const { success } = Object(json);
    return success === false || !/^(?:success|ok|\d*)$/i.test(code);
}
function interpretLoss(operation, error) {
    const { reach, barrier, message } = error;
    const loss = operation.kind === 'read' ? 'transient' : 'ambiguous';
    const attempt = failed(operation, reach === 'lost' ? loss : reach, message, error);
    return { ...attempt, failure: { ...attempt.failure, ...(0,without_undefined/* withoutUndefined */.r)({ barrier }) } };
}
function failed(operation, kind, message, cause, answer) {
    const { code, requestId, retryAfterMs, serverMs } = answer?.facts ?? {};
    return {
        ok: false,
        failure: {
            kind,
            operation: operation.name,
            target: operation.target,
            message,
            ...(0,without_undefined/* withoutUndefined */.r)({
                httpStatus: answer?.status,
                code: code || undefined,
                requestId: requestId || undefined,
                retryAfterMs
            })
        },
        ...(0,without_undefined/* withoutUndefined */.r)({ cause, serverMs })
    };
}

// EXTERNAL MODULE: ./bce/api/service-endpoints.js
var service_endpoints = __nccwpck_require__(8547);
;// CONCATENATED MODULE: ./bce/http/transport-error.js
class TransportError extends Error {
    reach;
    code;
    barrier;
    constructor(reach, code, message, options) {
        super(message, options);
        this.name = 'TransportError';
        this.reach = reach;
        this.code = code;
        this.barrier = options?.barrier;
    }
}
class AttemptEndedError extends Error {
    code;
    constructor(code, message) {
        super(message);
        this.name = 'AttemptEndedError';
        this.code = code;
    }
}
function transportError(error, host, phase) {
    const code = codeOf(error);
    if (error instanceof AttemptEndedError) {
        const reach = phase === 'connecting' ? 'unreached' : 'lost';
        const message = `${error.message} (${states[phase]} ${host})`;
        return new TransportError(reach, code, message, { cause: error });
    }
    if (phase !== 'connecting') {
        const what = phase === 'waiting' ? 'broke before an answer came' : 'broke in the midst of the answer';
        return new TransportError('lost', code, `the connection to ${host} ${what} (${code})`, { cause: error });
    }
    if (certificateCodes.test(code)) {
        const remedy = 'if an authority of your own signed it, name its file in NODE_EXTRA_CA_CERTS';
        const message = `the certificate of ${host} is not trusted (${code}), so nothing was sent; ${remedy}`;
        return new TransportError('unsent', code, message, { cause: error });
    }
    if (code.startsWith('ERR_INVALID') || code === 'ERR_UNESCAPED_CHARACTERS') {
        const hint = code === 'ERR_INVALID_URL' ? 'the proxy that the environment names is no URL' : code;
        return new TransportError('unsent', code, `the request to ${host} cannot be made (${hint})`, {
            cause: error
        });
    }
    const isProxy = textOf(error).startsWith('tunneling socket');
    const detail = isProxy ? `at the proxy: ${textOf(error)}` : code;
    const barrier = isProxy ? 'proxy' : lookupCodes.has(code) ? 'hostName' : undefined;
    return new TransportError('unreached', code, `no connection to ${host} (${detail})`, {
        cause: error,
        barrier
    });
}
const lookupCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']);
const states = {
    connecting: 'while connecting to',
    waiting: 'while waiting for an answer of',
    reading: 'while reading the answer of'
};
const certificateCodes = /CERT|UNABLE_TO_VERIFY|UNABLE_TO_DECODE|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH/;
function codeOf(error) {
    return propertyOf(error, 'code') || 'unknown error';
}
function textOf(error) {
    return propertyOf(error, 'message');
}
function propertyOf(error, name) {
    const value = Object(error)[name];
    return typeof value === 'string' ? value : '';
}

;// CONCATENATED MODULE: ./bce/call-attempt.js







const timeoutMs = { read: 15_000, write: 30_000 };
const connectLimitMs = 10_000;
const bodyLimitMs = 3_000;
async function attempt(operation, context, signal, options = {}) {
    const { credentials, clock } = context;
    const endpoint = (0,service_endpoints/* endpointOf */.X)(operation.service ?? 'bcc', context.endpoint);
    const startMs = context.wallMs();
    const signed = (0,signed_request/* signedRequest */.IU)(operation, endpoint, credentials, startMs + clock.offsetMs);
    context.mask(signed.signature);
    const lasting = [...(0,reply_facts/* hiding */.Q0)(operation.secrets ?? []), ...context.hidden];
    const hidden = [...(0,reply_facts/* hiding */.Q0)([signed.signature]), ...lasting];
    let outcome;
    let words;
    try {
        const { path, headers } = signed;
        const request = { endpoint, path, headers, ...requestOf(operation, options, context.nowMs()) };
        const reply = await context.transport.send(request, signal);
        const facts = (0,reply_facts/* replyFacts */.EE)(reply, context.wallMs(), hidden);
        outcome = interpretReply(operation, reply, facts, endpoint);
        words = [`HTTP ${reply.status}`, facts.code, facts.requestId && `request ID ${facts.requestId}`];
    }
    catch (error) {
        if (!(error instanceof TransportError))
            throw error;
        outcome = interpretLoss(operation, error);
        words = [error.code, error.reach];
    }
    const told = words.filter((word) => word !== '').join(', ');
    const took = `${Math.max(0, context.wallMs() - startMs)} ms`;
    context.debug((0,reply_facts/* redact */.E$)(`${operation.method} ${signed.path}: ${told} (${took})`, lasting));
    return outcome.ok
        ? outcome
        : { ...outcome, failure: { ...outcome.failure, message: (0,reply_facts/* redact */.E$)(outcome.failure.message, hidden) } };
}
function requestOf({ kind, method, body, maxBodyBytes }, options, nowMs) {
    const { deadlineMs = Number.POSITIVE_INFINITY, expiresAtMs = Number.POSITIVE_INFINITY } = options;
    const isWrite = kind === 'write';
    return {
        method,
        timeoutMs: Math.max(0, Math.min(timeoutMs[kind], deadlineMs - nowMs)),
        fresh: isWrite || options.fresh === true,
        maxBodyBytes: maxBodyBytes ?? (isWrite ? operation/* shortBody */.xe : operation/* longBody */.xx),
        ...(isWrite
            ? { connectMs: Math.max(0, Math.min(connectLimitMs, expiresAtMs - nowMs)), bodyMs: bodyLimitMs }
            : {}),
        ...(0,without_undefined/* withoutUndefined */.r)({ body })
    };
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __nccwpck_require__(7067);
var external_node_http_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_node_http_, 2);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __nccwpck_require__(4708);
var external_node_https_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_node_https_, 2);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __nccwpck_require__(1692);
;// CONCATENATED MODULE: ./bce/http/exchange.js




function startExchange(request, client, nowMs) {
    const { endpoint, timeoutMs, connectMs, bodyMs } = request;
    const startMs = nowMs();
    const timers = [];
    let phase = 'connecting';
    let sent;
    let tunnel;
    let fail = () => undefined;
    const end = (reason) => {
        fail(reason);
        tunnel?.abort(reason);
        sent?.destroy(reason);
    };
    const endLate = (what, ms, result = '') => end(new AttemptEndedError('ETIMEDOUT', `no ${what} within ${Math.round(ms) / 1000} s${result}`));
    const endUnconnected = (ms) => endLate('connection', ms, ', so nothing was sent');
    const reply = new Promise((resolve, reject) => {
        fail = (error) => reject(transportError(error, endpoint.host, phase));
        timers.push(setTimeout(endLate, timeoutMs, 'whole answer', timeoutMs));
        if (connectMs !== undefined) {
            timers.push(setTimeout(() => phase === 'connecting' && endUnconnected(connectMs), connectMs));
        }
        try {
            const agent = client.getAgent(endpoint.href);
            tunnel = boundTunnel(agent);
            sent = openRequest(request, agent, client.userAgent);
        }
        catch (error) {
            fail(error);
            return;
        }
        whenConnected(sent, () => {
            if (connectMs !== undefined && nowMs() > startMs + connectMs)
                endUnconnected(connectMs);
            else
                phase = 'waiting';
        });
        sent.once('response', (message) => {
            phase = 'reading';
            const { statusCode: status = 0, headers } = message;
            const take = (body) => resolve({ status, headers, body });
            fail = (error) => take({ kind: 'cut', error: transportError(error, endpoint.host, phase) });
            if (bodyMs !== undefined)
                timers.push(setTimeout(endLate, bodyMs, 'whole answer', bodyMs));
            readBody(message, request.maxBodyBytes, take, (error) => fail(error));
        });
        sent.on('error', (error) => fail(error));
        sent.once('close', () => {
            if (phase !== 'reading')
                fail({ code: 'NO_ANSWER' });
        });
        sent.end(request.body);
    });
    return { reply: reply.finally(() => timers.forEach(clearTimeout)), end };
}
function openRequest({ endpoint, method, path, headers }, agent, userAgent) {
    const isSecure = endpoint.protocol === 'https:';
    return (isSecure ? external_node_https_namespaceObject : external_node_http_namespaceObject).request({
        method,
        path,
        agent,
        host: endpoint.hostname.replace(/^\[|\]$/g, ''),
        port: endpoint.port === '' ? (isSecure ? 443 : 80) : Number(endpoint.port),
        headers: { ...headers, 'user-agent': userAgent }
    });
}
function whenConnected(sent, onConnected) {
    sent.once('socket', (socket) => {
        const isSecure = socket instanceof external_node_tls_.TLSSocket;
        if (sent.reusedSocket || (!isSecure && !socket.connecting)) {
            onConnected();
        }
        else {
            socket.once(isSecure ? 'secureConnect' : 'connect', onConnected);
        }
    });
}
function boundTunnel(agent) {
    if (!('proxyOptions' in agent))
        return undefined;
    const controller = new AbortController();
    Object.assign(agent, { proxyOptions: { ...Object(agent.proxyOptions), signal: controller.signal } });
    return controller;
}
function readBody(message, maxBytes, take, fail) {
    const chunks = [];
    let bytes = 0;
    message.on('data', (chunk) => {
        bytes += chunk.length;
        if (bytes <= maxBytes) {
            chunks.push(chunk);
            return;
        }
        take({ kind: 'tooLong' });
        message.destroy();
    });
    message.once('end', () => take({ kind: 'whole', text: Buffer.concat(chunks).toString('utf8') }));
    message.on('error', fail);
}

;// CONCATENATED MODULE: ./bce/http/transport.js



function createTransport(userAgent, nowMs = () => performance.now()) {
    const kept = newClient(userAgent, true);
    const unkept = newClient(userAgent, false);
    const running = new Set();
    let disposed = false;
    return {
        async send(request, signal) {
            if (signal.aborted || disposed) {
                throw transportError(cancelled(), request.endpoint.host, 'connecting');
            }
            const own = isProxied(request.endpoint) ? newClient(userAgent, false) : undefined;
            const exchange = startExchange(request, own ?? (request.fresh ? unkept : kept), nowMs);
            const onAbort = () => exchange.end(cancelled());
            running.add(exchange);
            signal.addEventListener('abort', onAbort, { once: true });
            try {
                return await exchange.reply;
            }
            finally {
                signal.removeEventListener('abort', onAbort);
                running.delete(exchange);
                own?.dispose();
            }
        },
        dispose() {
            disposed = true;
            for (const exchange of running) {
                exchange.end(cancelled());
            }
            kept.dispose();
            unkept.dispose();
        }
    };
}
function newClient(userAgent, keepAlive) {
    return new lib/* HttpClient */.Qq(userAgent, [], { keepAlive, allowRedirects: false, allowRetries: false });
}
function isProxied(endpoint) {
    try {
        return (0,lib/* getProxyUrl */.s_)(endpoint.href) !== '';
    }
    catch {
        return true;
    }
}
function cancelled() {
    return new AttemptEndedError('ABORTED', 'given up on request');
}

;// CONCATENATED MODULE: ./bce/unless-aborted.js
function unlessAborted(work, signal) {
    return new Promise((resolve, reject) => {
        const onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) {
            onAbort();
        }
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
}

;// CONCATENATED MODULE: ./bce/retry/token-bucket.js
const lowestRate = 0.5;
const slowEveryMs = 1_000;
const stepsUp = 100;
function newBucket(callsPerSecond, nowMs) {
    if (!(callsPerSecond > 0 && callsPerSecond < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`${callsPerSecond} calls a second is not a rate`);
    }
    return {
        fullRate: callsPerSecond,
        rate: callsPerSecond,
        tokens: capacity(callsPerSecond),
        countedMs: nowMs,
        slowedMs: Number.NEGATIVE_INFINITY
    };
}
function takeToken(bucket, nowMs) {
    const counted = count(bucket, nowMs);
    if (counted.tokens >= 1) {
        return { bucket: { ...counted, tokens: counted.tokens - 1 }, waitMs: 0 };
    }
    const heldMs = Math.max(0, counted.countedMs - nowMs);
    const missingMs = ((1 - counted.tokens) / counted.rate) * 1_000;
    return { bucket: counted, waitMs: Math.ceil(heldMs + missingMs) };
}
function slowDown(bucket, nowMs) {
    if (nowMs - bucket.slowedMs < slowEveryMs) {
        return bucket;
    }
    const rate = Math.max(Math.min(lowestRate, bucket.fullRate), bucket.rate / 2);
    return { ...count(bucket, nowMs), rate, tokens: 0, slowedMs: nowMs };
}
function speedUp(bucket, nowMs, sentMs) {
    if (sentMs <= bucket.slowedMs) {
        return bucket;
    }
    const rate = Math.min(bucket.fullRate, bucket.rate + bucket.fullRate / stepsUp);
    return { ...count(bucket, nowMs), rate };
}
function holdUntil(bucket, nowMs, untilMs) {
    const counted = count(bucket, nowMs);
    return untilMs <= counted.countedMs ? counted : { ...counted, tokens: 0, countedMs: untilMs };
}
function count(bucket, nowMs) {
    if (nowMs <= bucket.countedMs) {
        return bucket;
    }
    const grown = bucket.tokens + ((nowMs - bucket.countedMs) / 1_000) * bucket.rate;
    return { ...bucket, tokens: Math.min(capacity(bucket.rate), grown), countedMs: nowMs };
}
function capacity(rate) {
    return Math.max(1, rate);
}

;// CONCATENATED MODULE: ./bce/retry/rate-limiter.js



const unlimited = { acquire: async () => true, adapt: (attempt) => attempt() };
function createRateLimiter(callsPerSecond, ports) {
    let bucket = newBucket(callsPerSecond, ports.nowMs());
    let queue = Promise.resolve();
    let waiting = 0;
    function take() {
        const request = takeToken(bucket, ports.nowMs());
        bucket = request.bucket;
        return request.waitMs;
    }
    async function waitForToken(signal, untilMs) {
        for (let waitMs = take(); waitMs > 0; waitMs = take()) {
            if (ports.nowMs() + waitMs > untilMs)
                return false;
            await ports.sleep(waitMs, signal);
        }
        return true;
    }
    async function waitForOthers(others, signal, untilMs) {
        const turn = unlessAborted(others, signal).then(() => true, (cause) => {
            throw new model_failure/* CancelledError */.cc('cancelled', { cause });
        });
        if (waiting === 1 || untilMs === Number.POSITIVE_INFINITY)
            return turn;
        const timer = new AbortController();
        const late = ports.sleep(Math.max(0, untilMs - ports.nowMs()), timer.signal);
        try {
            return await Promise.race([turn, late.then(() => false)]);
        }
        finally {
            timer.abort('over');
            late.catch(() => undefined);
        }
    }
    async function waitForTurn(others, signal, untilMs) {
        waiting += 1;
        try {
            return (await waitForOthers(others, signal, untilMs)) && (await waitForToken(signal, untilMs));
        }
        finally {
            waiting -= 1;
        }
    }
    return {
        acquire(signal, untilMs = Number.POSITIVE_INFINITY) {
            if (waiting === 0 && !signal.aborted && take() === 0)
                return Promise.resolve(true);
            const turn = waitForTurn(queue, signal, untilMs);
            queue = Promise.allSettled([queue, turn]).then(() => undefined);
            return turn;
        },
        async adapt(attempt) {
            const sentMs = ports.nowMs();
            const outcome = await attempt();
            const before = bucket;
            bucket = adapted(bucket, outcome, ports.nowMs(), sentMs);
            if (bucket.rate < before.rate) {
                ports.debug(`the service throttles: from now on ${rounded(bucket.rate)} calls a second at most`);
            }
            return outcome;
        }
    };
}
function adapted(bucket, outcome, nowMs, sentMs) {
    if (outcome.ok) {
        return speedUp(bucket, nowMs, sentMs);
    }
    const { kind, retryAfterMs = 0 } = outcome.failure;
    const after = kind === 'throttled' ? slowDown(bucket, nowMs) : bucket;
    return retryAfterMs > 0 && retryAfterMs <= model_failure/* longestRetryAfterMs */.tK
        ? holdUntil(after, nowMs, nowMs + retryAfterMs)
        : after;
}
function rounded(rate) {
    return Math.round(rate * 100) / 100;
}

;// CONCATENATED MODULE: ./bce/retry/retry-policy.js


const baseMs = 500;
const capMs = 8_000;
const deferralLimitMs = 300_000;
const minDeferrals = 5;
const resendWindowMs = 10_000;
const noFailures = { failed: 0, deferred: 0, deferredSinceMs: 0 };
function withFailure(state, failure, traits, nowMs) {
    if (!isDeferred(failure, traits)) {
        return { failed: state.failed + 1, deferred: 0, deferredSinceMs: 0 };
    }
    const { failed, deferred } = state;
    return {
        failed,
        deferred: deferred + 1,
        deferredSinceMs: deferred === 0 ? nowMs() : state.deferredSinceMs
    };
}
function attemptLimit(failure, traits) {
    switch (failure) {
        case 'throttled':
            return traits.isBatch === true ? 1 : Number.POSITIVE_INFINITY;
        case 'unreached':
            return 5;
        case 'transient':
        case 'ambiguous':
        case 'malformed':
            return isRepeatable(traits) ? 5 : 1;
        default:
            return 1;
    }
}
function retryDelay(failure, traits, state, ports) {
    if (isDeferred(failure, traits)) {
        return deferredDelay(failure.retryAfterMs, traits, state, ports);
    }
    const { retryAfterMs } = failure;
    if (state.failed >= attemptLimit(failure.kind, traits)) {
        return undefined;
    }
    if (retryAfterMs !== undefined) {
        return retryAfterMs > model_failure/* longestRetryAfterMs */.tK ? undefined : retryAfterMs;
    }
    return ports.random() * ceiling(state.failed);
}
function deferredDelay(retryAfterMs, traits, { deferred, deferredSinceMs }, ports) {
    const sinceMs = ports.nowMs() - deferredSinceMs;
    const delayMs = retryAfterMs === undefined
        ? ((1 + ports.random()) / 2) * ceiling(deferred)
        : Math.max(baseMs, retryAfterMs);
    if (!isRepeatable(traits)) {
        return sinceMs + delayMs > resendWindowMs ? undefined : delayMs;
    }
    const isSpent = deferred >= minDeferrals && sinceMs >= deferralLimitMs;
    return isSpent || (retryAfterMs ?? 0) > model_failure/* longestRetryAfterMs */.tK ? undefined : delayMs;
}
function ceiling(failures) {
    return Math.min(capMs, baseMs * 2 ** (failures - 1));
}
function isRepeatable({ kind, repeatable = kind === 'read' }) {
    return repeatable;
}
function isDeferred({ kind, code }, traits) {
    if (kind === 'throttled')
        return traits.isBatch !== true;
    return isBusy(code) && isRepeatable(traits);
}

;// CONCATENATED MODULE: ./bce/retry/with-retries.js


async function withRetries(operation, once, ports, limits) {
    const { signal, start, deadlineMs = Number.POSITIVE_INFINITY } = limits;
    const windowMs = isRepeatable(operation) ? Number.POSITIVE_INFINITY : ports.nowMs() + resendWindowMs;
    const expiresAtMs = limits.expiresAtMs ?? windowMs;
    const untilMs = Math.min(deadlineMs, expiresAtMs);
    const isExpiring = expiresAtMs <= deadlineMs;
    let corrected = false;
    let lost = false;
    let state = noFailures;
    let last;
    for (let attempts = 0;; attempts += 1) {
        const isTurn = await waited(ports.acquire(start, untilMs), start, last);
        if (start.aborted || signal.aborted) {
            throw new model_failure/* CancelledError */.cc('cancelled', { cause: last ?? start.reason });
        }
        if (!isTurn || ports.nowMs() > untilMs) {
            throw lost && last !== undefined ? last : tooLate(operation, attempts, isExpiring, last);
        }
        const outcome = await once();
        if (outcome.ok) {
            return outcome.value;
        }
        const { failure } = outcome;
        if (lost && failure.kind === operation.doneAfterLoss) {
            return operation.decode(undefined, failure.requestId ?? '');
        }
        const error = callError(outcome, attempts + 1, operation, lost);
        last = error;
        lost ||= operation.kind === 'write' && leavesDoubt(failure.kind);
        if (signal.aborted) {
            const told = error.failure.kind === 'ambiguous' && operation.tellsLoss === true;
            throw told ? error : new model_failure/* CancelledError */.cc('cancelled', { cause: error });
        }
        if (failure.kind === 'skewed' && outcome.serverMs !== undefined && !corrected) {
            corrected = true;
            ports.correctClock(outcome.serverMs);
            continue;
        }
        state = withFailure(state, failure, operation, ports.nowMs);
        const delayMs = retryDelay(failure, operation, state, ports);
        if (delayMs === undefined) {
            throw error;
        }
        if (ports.nowMs() + delayMs > untilMs) {
            throw lost || !isExpiring ? error : tooLate(operation, attempts + 1, isExpiring, error);
        }
        await waited(ports.sleep(delayMs, start), start, error);
    }
}
async function waited(wait, signal, failure) {
    try {
        return await wait;
    }
    catch (error) {
        throw signal.aborted ? new model_failure/* CancelledError */.cc('cancelled', { cause: failure ?? signal.reason }) : error;
    }
}
function leavesDoubt(kind) {
    return kind === 'ambiguous' || kind === 'malformed';
}
function callError(outcome, attempts, traits, lost) {
    const { failure, cause } = outcome;
    const { retryAfterMs = 0 } = failure;
    const repeats = isDeferred(failure, traits) || attemptLimit(failure.kind, traits) > 1;
    const tooLong = repeats && retryAfterMs > model_failure/* longestRetryAfterMs */.tK;
    const asked = `the service asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
    const message = tooLong
        ? `${failure.message}; ${asked}, longer than the ${model_failure/* longestRetryAfterMs */.tK / 1000} s we would`
        : failure.message;
    const told = lost && !leavesDoubt(failure.kind)
        ? {
            kind: 'ambiguous',
            message: `an earlier answer was lost, so it may have been carried out; then: ${message}`
        }
        : { message };
    return new model_failure/* CallError */.RA({ ...failure, ...told, attempts }, cause === undefined ? {} : { cause });
}
function tooLate({ name, target }, attempts, isExpired, last) {
    const late = isExpired
        ? 'it could not be sent before the observation that decided it grew too old'
        : 'it could not be sent before its deadline';
    const message = last === undefined ? late : `${last.failure.message}; ${late}`;
    return new model_failure/* CallError */.RA({ ...last?.failure, kind: 'throttled', operation: name, target, message, attempts }, last === undefined ? {} : { cause: last });
}

;// CONCATENATED MODULE: ./bce/client.js













function createBccClient(options) {
    const { credentials, requestsPerSecond, readLimitMs = Number.POSITIVE_INFINITY, transport = createTransport(options.userAgent, () => options.nowMs()) } = options;
    const context = {
        ...options,
        transport,
        hidden: (0,reply_facts/* hiding */.Q0)([credentials.secretAccessKey, credentials.sessionToken ?? '']),
        clock: { offsetMs: 0 }
    };
    const limiter = requestsPerSecond === undefined ? unlimited : createRateLimiter(requestsPerSecond, options);
    const ports = {
        ...options,
        acquire: limiter.acquire,
        correctClock(serverMs) {
            context.clock.offsetMs = serverMs - options.wallMs();
        }
    };
    const caller = (signal, { start = signal, ...asked } = {}) => {
        const readUntilMs = Math.min(asked.deadlineMs ?? Number.POSITIVE_INFINITY, options.nowMs() + readLimitMs);
        return (operation) => {
            const limits = operation.kind === 'read' ? { ...asked, deadlineMs: readUntilMs } : asked;
            const once = () => limiter.adapt(() => attempt(operation, context, signal, limits));
            return withRetries(operation, once, ports, { ...limits, signal, start });
        };
    };
    const encrypt = (operation, target, password) => {
        const ciphertext = encryptPassword(operation, target, password, credentials.secretAccessKey);
        options.mask(ciphertext);
        return ciphertext;
    };
    const warned = new Set();
    const warnOnce = ({ name }, why) => {
        if (warned.has(name))
            return;
        warned.add(name);
        options.warn?.(`${name}: what cannot be understood was left out (${why}), so less is known of disks and snapshots.`);
    };
    return {
        endpoint: options.endpoint,
        call: async (operation, signal) => caller(signal)(operation),
        getInstance: async (id, signal, limits) => caller(signal, limits)(getInstance(id)),
        getImage: async (id, signal) => caller(signal)(getImage(id)),
        start: async (id, signal) => caller(signal)(startInstance(id)),
        createImage: async (spec, signal) => caller(signal)(createImage(spec)),
        deleteImage: async (id, signal) => caller(signal)(deleteImage(id)),
        getUserData: async (id, signal) => caller(signal)(getUserData(id)),
        listImages: async (filter, signal) => allPages((marker) => listImages(filter, marker), caller(signal)),
        async listInstances(instanceIds, signal, limits) {
            const ids = (0,check_arguments/* checkedIds */.Ge)('ListInstanceByIds', instanceIds);
            const items = await allPages((marker) => listInstances(ids, marker), caller(signal, limits));
            return new Map(items.map((instance) => [instance.id, instance]));
        },
        getSystemDisk: async (id, signal, limits) => systemDiskOf(await allPages((marker) => listVolumes(id, marker), caller(signal, limits), warnOnce)),
        listSystemDisks: async (signal, limits) => systemDisksByInstance(await allPages(listSystemVolumes, caller(signal, limits), warnOnce)),
        async listTagged(tags, signal) {
            const items = await allPages((marker) => listTagged(tags, marker), caller(signal));
            return [...new Map(items.map((instance) => [instance.id, instance])).values()];
        },
        listSnapshots: async (id, signal) => allPages((marker) => listSnapshots(id, marker), caller(signal), warnOnce),
        rebuild: async (ids, spec, signal, limits) => caller(signal, limits)(rebuildInstances(ids, spec, encrypt)),
        listBackendServers: async (id, signal) => backendServersOf(id, caller(signal)),
        async setWeights(pool, weights, signal) {
            if (weights.length > 0)
                await caller(signal)(updateWeights(pool, weights));
        },
        dispose: () => transport.dispose()
    };
}

;// CONCATENATED MODULE: ./core/health/health.js

function bootIdOf(health) {
    const results = (health?.checks ?? []).map(({ result }) => result);
    return results.flatMap((result) => (result.healthy ? (result.bootId ?? []) : []))[0];
}
const maxHistory = 50;
const maxIntervalMs = 2_000;
function healthInterval(pollIntervalMs) {
    return Math.min(pollIntervalMs, maxIntervalMs);
}
function beginHealth(task) {
    return { task, dueMs: task.fromMs, results: [], history: [] };
}
function stepHealth(before, probed) {
    if (before.end !== undefined)
        return before;
    const { startedAtMs, atMs, results } = probed;
    const { deadlineMs, minHealthyMs } = before.task;
    const failed = failedOf(results);
    const health = { ...before, history: remember(before.history, atMs, failed), results };
    if (failed.length > 0) {
        const broken = { ...health, stretch: undefined };
        return atMs >= deadlineMs
            ? { ...broken, end: { healthy: false, atMs, reason: { kind: 'failing', failed } } }
            : probeNext(broken, atMs);
    }
    const stretch = prolong(before, atMs, results);
    const stretched = { ...health, stretch };
    if (minHealthyMs === 0 || startedAtMs >= stretch.sinceMs + minHealthyMs) {
        return { ...stretched, end: { healthy: true, atMs } };
    }
    if (atMs < deadlineMs)
        return probeNext(stretched, atMs);
    const reason = {
        kind: 'tooShort',
        checks: results.map(({ check }) => check),
        healthyForMs: atMs - stretch.sinceMs,
        wantedMs: minHealthyMs
    };
    return { ...stretched, end: { healthy: false, atMs, reason } };
}
function failedOf(results) {
    return results.flatMap(({ check, result }) => (result.healthy ? [] : [{ check, reason: result.reason }]));
}
function prolong({ stretch }, atMs, results) {
    const goesOn = stretch !== undefined && systemOf(stretch.results) === systemOf(results);
    return goesOn ? stretch : { sinceMs: atMs, results };
}
function systemOf(results) {
    return JSON.stringify(results.map(({ result }) => (result.healthy ? [result.hostKey, result.bootId] : [])));
}
const volatileFields = new Set(['runId', 'output', 'uptimeMs', 'sinceMs', 'timeoutMs']);
function remember(history, atMs, failed) {
    const lasting = (found) => JSON.stringify(found, (key, value) => (volatileFields.has(key) ? undefined : value));
    const last = history.at(-1);
    if (last !== undefined && lasting(last.failed) === lasting(failed))
        return history;
    return [...history, { atMs, failed }].slice(-maxHistory);
}
function probeNext(health, atMs) {
    const { intervalMs, minHealthyMs, deadlineMs } = health.task;
    const beat = nextBeat(health.dueMs, intervalMs, atMs);
    const fullMs = health.stretch === undefined ? beat : health.stretch.sinceMs + minHealthyMs;
    return { ...health, dueMs: Math.min(beat, fullMs, deadlineMs) };
}

;// CONCATENATED MODULE: ./core/model/rebuild-secrets.js
class RebuildSecrets {
    #options;
    #previousScripts = new Map();
    #specs = [];
    constructor(options) {
        this.#options = options;
    }
    keepScript(instanceId, script) {
        this.#previousScripts.set(instanceId, script);
    }
    previousScript(instanceId) {
        return this.#previousScripts.get(instanceId);
    }
    specOf(instanceId, imageId, script) {
        const spec = script === 'asRequested' ? { ...this.#options, imageId } : this.#previous(instanceId, imageId);
        const same = this.#specs.find((one) => isSame(one, spec));
        if (same !== undefined)
            return same;
        this.#specs.push(spec);
        return spec;
    }
    #previous(instanceId, imageId) {
        const userData = this.previousScript(instanceId);
        return {
            imageId,
            login: this.#options.login,
            ...(userData !== undefined ? { userData } : { cleanLastUserData: true })
        };
    }
}
function isSame(one, other) {
    return (one.imageId === other.imageId &&
        (one.userData?.equals(other.userData) ?? other.userData === undefined) &&
        one.cleanLastUserData === other.cleanLastUserData);
}

;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./action/system-clock.js



const systemClock = createSystemClock({
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    uptimeMs: () => (0,external_node_os_namespaceObject.uptime)() * 1000
});
const toleranceMs = 1_000;
function createSystemClock({ monotonicMs, wallMs, uptimeMs }) {
    let awake;
    let ahead = 0;
    let sleptMs = 0;
    const nowMs = () => {
        const ms = monotonicMs();
        const aheadMs = wallMs() - ms;
        if (awake === undefined || Math.abs(aheadMs - ahead) > toleranceMs) {
            ahead = aheadMs;
            awake ??= uptimeMs() - ms;
            const allMs = uptimeMs() - ms - awake;
            if (allMs - sleptMs > toleranceMs)
                sleptMs = allMs;
        }
        return ms + sleptMs;
    };
    return {
        nowMs,
        wallMs,
        async sleep(ms, signal) {
            const untilMs = nowMs() + ms;
            let restMs = Math.max(0, ms);
            try {
                do {
                    await (0,promises_namespaceObject.setTimeout)(Math.ceil(restMs), undefined, { signal });
                    restMs = untilMs - nowMs();
                } while (restMs > 0);
            }
            catch (cause) {
                throw new model_failure/* CancelledError */.cc('cancelled while waiting', { cause });
            }
        }
    };
}

;// CONCATENATED MODULE: ./action/connect.js







function connect_connect(config, readLimitMs = config.request.timeoutMs) {
    const client = createBccClient({
        endpoint: config.endpoint,
        credentials: config.credentials,
        requestsPerSecond: config.requestsPerSecond,
        readLimitMs,
        ...systemClock,
        random: Math.random,
        mask: core_setSecret,
        warn: jobLog.warning,
        debug: jobLog.debug,
        userAgent: 'rebuild-bcc-instance'
    });
    const secrets = new RebuildSecrets(config.rebuildOptions);
    const guests = guestsOnDemand(config, client, secrets);
    return {
        bcc: client,
        balancers: client,
        clock: systemClock,
        random: Math.random,
        probe: probeOnDemand(),
        guests,
        secrets,
        dispose() {
            guests?.dispose();
            client.dispose();
        }
    };
}
function probeOnDemand() {
    const load = async () => (await __nccwpck_require__.e(/* import() */ 771).then(__nccwpck_require__.bind(__nccwpck_require__, 9771))).createProbe();
    return {
        probe: async (check, options) => (await load()).probe(check, options),
        hostKeys: async (check, options) => (await load()).hostKeys(check, options)
    };
}
function guestsOnDemand(config, client, secrets) {
    const { credentials, record, rebuildOptions } = config;
    const { health, pollIntervalMs } = config.request;
    if (!health?.checks.some(({ kind }) => kind === 'assistant'))
        return undefined;
    const { login, userData } = rebuildOptions;
    const hidden = [
        credentials.secretAccessKey,
        credentials.sessionToken,
        login.kind === 'adminPass' ? login.adminPass.reveal() : undefined,
        record?.githubToken,
        ...(0,secret_forms/* secretLines */._o)(userData?.reveal() ?? '')
    ].filter((secret) => secret !== undefined);
    const load = async () => {
        const [{ createAssistant }, { createGuestProbe }] = await Promise.all([
            __nccwpck_require__.e(/* import() */ 694).then(__nccwpck_require__.bind(__nccwpck_require__, 5694)),
            __nccwpck_require__.e(/* import() */ 907).then(__nccwpck_require__.bind(__nccwpck_require__, 2907))
        ]);
        const assistant = createAssistant(client, hidden, (id) => secrets.previousScript(id));
        return createGuestProbe(health, healthInterval(pollIntervalMs), assistant, systemClock);
    };
    let loaded;
    const guests = () => {
        loaded ??= load();
        return loaded;
    };
    return {
        getAgents: async (ids, signal) => (await guests()).getAgents(ids, signal),
        getBootIds: async (instances, signal) => (await guests()).getBootIds(instances, signal),
        probe: async (check, options) => (await guests()).probe(check, options),
        dispose: () => void loaded?.then((probe) => probe.dispose())
    };
}

;// CONCATENATED MODULE: ./config/proxy.js

const variables = {
    'https:': ['https_proxy', 'HTTPS_PROXY'],
    'http:': ['http_proxy', 'HTTP_PROXY']
};
function readProxies(environment, protocols) {
    const values = {};
    const secrets = [];
    const problems = [];
    for (const [protocol, names] of Object.entries(variables)) {
        if (!protocols.has(protocol))
            continue;
        const name = names.find((each) => (environment[each] ?? '').trim() !== '');
        for (const each of names)
            if (environment[each]?.trim() === '')
                values[each] = '';
        if (name === undefined)
            continue;
        const proxy = readProxy(environment[name] ?? '');
        if (!proxy.ok) {
            problems.push(...proxy.faults.map((fault) => `${name} ${fault}`));
            continue;
        }
        const { url, password } = proxy.value;
        values[name] = url;
        if (password !== '')
            secrets.push(password, loginOf(url));
    }
    return { values, secrets, problems };
}
function readProxy(text) {
    const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z\d+.-]*):\/\/)?(.*)$/is.exec(text.trim()) ?? [];
    if (/^socks/i.test(scheme)) {
        return refused('names a SOCKS proxy, which cannot be used; name an HTTP proxy such as http://host:port');
    }
    if (!/^https?$/i.test(scheme))
        return refused('has a scheme other than http:// and https://');
    const at = rest.lastIndexOf('@');
    const host = rest.slice(at + 1).replace(/\/$/, '');
    const base = `${scheme.toLowerCase()}://`;
    const isHost = /^(?:\[[\da-f:.]+\]|[^\s:/?#@%[\]\\]+)(?::\d{1,5})?$/i.test(host);
    if (!isHost || !URL.canParse(base + host)) {
        return refused('cannot be read; write it as http://host:port or http://user:password@host:port');
    }
    if (at < 0)
        return parsed({ url: base + host, password: '' });
    const login = rest.slice(0, at);
    const colon = login.indexOf(':');
    const user = decoded(colon < 0 ? login : login.slice(0, colon));
    const password = decoded(colon < 0 ? '' : login.slice(colon + 1));
    const encodedLogin = [user, ...(colon < 0 ? [] : [password])].map(encodeURIComponent).join(':');
    return parsed({ url: `${base}${encodedLogin}@${host}`, password });
}
function decoded(text) {
    try {
        return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'));
    }
    catch {
        return text;
    }
}
function loginOf(url) {
    const { username, password } = new URL(url);
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}

;// CONCATENATED MODULE: ./action/read-inputs.js



function readInputs() {
    const read = (name) => getInput(name, { trimWhitespace: false });
    for (const name of secretInputs)
        mask(read(name));
    return Object.fromEntries(inputs_inputNames.map((name) => [name, read(name)]));
}
function mask(secret) {
    const [whole = '', ...lines] = (0,secret_forms/* secretLines */._o)(secret);
    for (const part of new Set([...(0,secret_forms/* secretForms */.eo)(whole), ...lines]))
        core_setSecret(part);
}

;// CONCATENATED MODULE: ./action/environment.js


const switchName = 'NODE_TLS_REJECT_UNAUTHORIZED';
function alwaysVerifyCertificates() {
    if (process.env[switchName] === undefined)
        return undefined;
    delete process.env[switchName];
    return `${switchName} is ignored: certificates are always verified. If an authority of your own signed one, name its file in NODE_EXTRA_CA_CERTS.`;
}
const shortestMasked = 4;
function settleProxies({ endpoint, record }) {
    const protocols = new Set();
    if (endpoint.protocol === 'https:')
        protocols.add('https:');
    if (record !== undefined)
        protocols.add('https:');
    const { values, secrets, problems } = readProxies(process.env, protocols);
    for (const secret of secrets)
        if (secret.length >= shortestMasked)
            mask(secret);
    Object.assign(process.env, values);
    return problems;
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./action/message-of.js
function message_of_messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}

;// CONCATENATED MODULE: ./action/replace-file.js

const fileSystem = {
    platform: process.platform,
    rename: external_node_fs_namespaceObject.renameSync,
    flush: external_node_fs_namespaceObject.fsyncSync,
    pause: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
};
const renamePausesMs = (/* unused pure expression or super */ null && ([10, 20, 40, 80, 160, 320, 640]));
const lockedCodes = new Set(['EPERM', 'EACCES', 'EBUSY']);
const noFlushCodes = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS']);
function replace_file_replaceFile(file, text, system = fileSystem) {
    const aside = partOf(file);
    const handle = openSync(aside, 'w', 0o600);
    try {
        writeFileSync(handle, text);
        flush(handle, system);
    }
    finally {
        closeSync(handle);
    }
    renameOver(aside, file, system);
}
function partOf(file) {
    return `${file}.part`;
}
function flush(handle, system) {
    try {
        system.flush(handle);
    }
    catch (error) {
        if (!noFlushCodes.has(replace_file_codeOf(error)))
            throw error;
    }
}
function renameOver(from, to, system) {
    const pauses = system.platform === 'win32' ? renamePausesMs : [];
    for (const ms of pauses) {
        try {
            system.rename(from, to);
            return;
        }
        catch (error) {
            if (!lockedCodes.has(replace_file_codeOf(error)))
                throw error;
        }
        system.pause(ms);
    }
    system.rename(from, to);
}
function replace_file_codeOf(error) {
    return error instanceof Error && 'code' in error ? String(error.code) : '';
}

;// CONCATENATED MODULE: ./action/handover.js








const stateName = 'handover';
class UnsavedStateError extends (/* unused pure expression or super */ null && (Error)) {
    name = 'UnsavedStateError';
}
function openHandover() {
    const file = join(process.env['RUNNER_TEMP'] || tmpdir(), `rebuild-bcc-instance-${randomUUID()}.json`);
    const own = { pid: process.pid, script: process.argv[1] ?? '' };
    try {
        core.saveState(stateName, file);
    }
    catch (cause) {
        const message = `What the post step needs to know cannot be saved, so nothing was sent: ${messageOf(cause)}. Check the disk of the runner.`;
        throw new UnsavedStateError(message, { cause });
    }
    const lines = new WeakMap();
    return {
        write(handover) {
            const { state, ...others } = handover;
            const head = JSON.stringify({ ...others, process: own });
            replaceFile(file, `${head}\n${serializeRunState(state, lines)}`);
        },
        isTaken: () => existsSync(takenMark(file))
    };
}
function findHandover() {
    const file = getState(stateName);
    if (file === '')
        return undefined;
    return {
        read() {
            try {
                const [head = '', ...state] = (0,external_node_fs_namespaceObject.readFileSync)(file, 'utf8').split('\n');
                return { ...JSON.parse(head), state: parseRunState(state.join('\n')) };
            }
            catch (error) {
                if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
                    return undefined;
                const message = `${message_of_messageOf(error)}. Look at the instances and their load balancers in the console before you run again.`;
                throw new Error(message, { cause: error });
            }
        },
        take: () => (0,external_node_fs_namespaceObject.writeFileSync)(takenMark(file), '', { mode: 0o600 }),
        remove() {
            for (const name of [file, partOf(file), takenMark(file)]) {
                try {
                    (0,external_node_fs_namespaceObject.rmSync)(name, { force: true });
                }
                catch {
                }
            }
        }
    };
}
function takenMark(file) {
    return `${file}.taken`;
}

;// CONCATENATED MODULE: ./action/main-process.js


const graceMs = 8_000;
const main_process_intervalMs = 50;
async function endMainProcess(main, platform = process.platform) {
    if (platform !== 'linux' || !isAlive(main))
        return 'gone';
    for (const signal of ['SIGTERM', 'SIGKILL']) {
        try {
            process.kill(main.pid, signal);
        }
        catch {
            return isAlive(main) ? 'alive' : 'ended';
        }
        for (let waited = 0; waited < graceMs; waited += main_process_intervalMs) {
            await (0,promises_namespaceObject.setTimeout)(main_process_intervalMs);
            if (!isAlive(main))
                return 'ended';
        }
    }
    return 'alive';
}
function isAlive({ pid, script }) {
    if (pid === process.pid)
        return false;
    try {
        const state = /^State:\s+(\S)/m.exec((0,external_node_fs_namespaceObject.readFileSync)(`/proc/${pid}/status`, 'utf8'))?.[1];
        const command = (0,external_node_fs_namespaceObject.readFileSync)(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return state !== 'Z' && state !== 'X' && command.includes(script);
    }
    catch {
        return false;
    }
}

;// CONCATENATED MODULE: ./action/signal-cancel.js

const writeGraceMs = 700;
const lastResortMs = 1_700;
const restoringMs = 7_000;
function cancelSignals(platform) {
    return platform === 'win32' ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
}
function listenForCancel(platform = process.platform) {
    const now = new AbortController();
    const writes = new AbortController();
    let grace;
    let lastResort;
    let cancelledMs = 0;
    const endIn = (ms) => {
        clearTimeout(lastResort);
        lastResort = setTimeout(() => process.exit(1), ms).unref();
    };
    const cancel = (reason) => {
        if (now.signal.aborted)
            return;
        cancelledMs = performance.now();
        now.abort(new model_failure/* CancelledError */.cc(reason));
        grace = setTimeout(() => writes.abort(new model_failure/* CancelledError */.cc(reason)), writeGraceMs);
        endIn(lastResortMs);
    };
    const onSignal = (name) => cancel(`cancelled by ${name}`);
    const names = cancelSignals(platform);
    for (const name of names)
        process.on(name, onSignal);
    const onLogLost = () => cancel('cancelled, because nobody reads the log any more');
    for (const stream of [process.stdout, process.stderr])
        stream.on('error', onLogLost);
    return {
        signal: now.signal,
        writes: writes.signal,
        cancel,
        grantRestoring() {
            const leftMs = Math.max(0, Math.floor(cancelledMs + restoringMs - performance.now()));
            endIn(leftMs);
            return AbortSignal.timeout(Math.max(0, leftMs - 1_000));
        },
        dispose() {
            clearTimeout(grace);
            for (const name of names)
                process.off(name, onSignal);
        }
    };
}

;// CONCATENATED MODULE: ./action/post-step.js

















const awaitVisibleLimitMs = 180_000;
const restoreLimitMs = 60_000;
async function postStep() {
    alwaysVerifyCertificates();
    let handover;
    await post_step_attempt('read what the main step left', async () => {
        const file = findHandover();
        handover = file && (await takeOver(file));
    });
    if (handover === undefined)
        return;
    const inputs = readInputs();
    const parsed = parseConfig(inputs);
    const problems = parsed.ok
        ? settleProxies(parsed.config)
        : ['The inputs are no longer those of the main step.', ...parsed.problems.map(describeProblem)];
    if (parsed.ok && problems.length === 0)
        await finish(parsed.config, handover);
    else
        await finishWithoutService(problems, inputs.summary, handover);
}
function tellFault(error) {
    annotateFault('A fault of the post step', error);
}
async function finish(config, handover) {
    let left = handover;
    await post_step_attempt('restore the weights on the load balancers', async () => {
        left = { ...left, state: await restore(config, left.state) };
    });
    if (config.summary)
        await post_step_attempt('write the job summary', () => writeSummary(left.state, config.request.region));
    await post_step_attempt('close the Deployment record', () => closeRecord(config, left));
    await post_step_attempt('watch for the rebuild to show', () => watchOn(config, left));
}
async function finishWithoutService(problems, summary, { state }) {
    warn(`The service was not asked. ${problems.join(' ')}`);
    const lowered = loweredIds(state);
    if (lowered.length > 0) {
        warn(`Weights on load balancers are not restored; the job summary has the calls: ${(0,core_listed/* listed */.KE)(lowered)}`, 'rejoin');
    }
    const hidden = hiddenRebuilds(state);
    if (hidden.length > 0)
        warn(post_step_lookFirst(hidden), 'unproven');
    if (summary.trim() !== 'false')
        await post_step_attempt('write the job summary', () => writeSummary(state));
}
function describeProblem({ input, message }) {
    return `${input} ${message}`;
}
async function post_step_attempt(what, work) {
    try {
        await work();
    }
    catch (error) {
        warn(`Could not ${what}: ${message_of_messageOf(error)}`);
    }
}
async function takeOver(file) {
    let first;
    try {
        first = file.read();
    }
    finally {
        if (first?.ended !== true)
            await post_step_attempt('tell the main step to send nothing more', async () => file.take());
    }
    first ??= file.read();
    if (first === undefined)
        return undefined;
    if (!first.ended) {
        const end = await endMainProcess(first.process);
        if (end === 'ended')
            jobLog.info('The main step was still running although the job was cancelled: ended.');
        if (end === 'alive') {
            throw new Error(`the main step still runs as process ${first.process.pid}. It sends nothing any more, but what it did last is not known.`);
        }
    }
    const last = file.read();
    file.remove();
    return last;
}
async function writeSummary(state, region) {
    await summary.addRaw(summaryOf(state, readActionSource(), region)).write();
}
async function closeRecord(config, left) {
    if (config.record === undefined || left.recordId === undefined)
        return;
    const failed = left.cancelled ? 'inactive' : 'failure';
    await setRecord(config.record, left.recordId, left.ok ? 'success' : failed);
}
async function restore(config, state) {
    if (loweredIds(state).length === 0)
        return state;
    const log = { ...jobLog, warning: (line) => warn(line, 'rejoin') };
    return withService(config, ({ cancel, ...world }) => {
        const late = new AbortController();
        setTimeout(() => late.abort(), restoreLimitMs).unref();
        const signal = AbortSignal.any([cancel.signal, late.signal]);
        const writes = AbortSignal.any([cancel.writes, late.signal]);
        return restoreWeights(state, { ...world, log, cancel: { signal, writes } });
    });
}
async function watchOn(config, left) {
    const hidden = hiddenRebuilds(left.state);
    if (hidden.length === 0)
        return;
    jobLog.info(`Waiting until the rebuild shows, so that a re-run finds it under way: ${(0,core_listed/* listed */.KE)(hidden)}`);
    const still = await withService(config, (world) => awaitVisible(hidden, awaitVisibleLimitMs, world));
    if (still.length === 0)
        return jobLog.info('It shows: a re-run will wait for it and not erase again.');
    warn(post_step_lookFirst(still), 'unproven');
}
async function withService(config, work) {
    const cancel = listenForCancel();
    const { dispose, ...world } = connect_connect(config, restoreLimitMs);
    try {
        return await work({ ...world, cancel });
    }
    finally {
        dispose();
        cancel.dispose();
    }
}
function post_step_lookFirst(ids) {
    return `Nothing was seen of the rebuild of ${(0,core_listed/* listed */.KE)(ids)}. Look at it in the console before you run again.`;
}


/***/ }),

/***/ 4822:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ci: () => (/* binding */ callOn),
/* harmony export */   Ge: () => (/* binding */ checkedIds),
/* harmony export */   Yf: () => (/* binding */ invalidCall),
/* harmony export */   cL: () => (/* binding */ batchName),
/* harmony export */   qO: () => (/* binding */ checkWeights)
/* harmony export */ });
/* unused harmony export checkId */
/* harmony import */ var _core_model_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(5437);
/* harmony import */ var _core_model_limits_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(4663);


function checkId(operation, id) {
    if (id === '' || id === '.' || id === '..') {
        throw invalidCall(operation, id, `"${id}" is no id, so nothing was sent`);
    }
}
function callOn(name, ...ids) {
    for (const id of ids)
        checkId(name, id);
    return { name, target: ids.join('/') };
}
function checkedIds(operation, ids) {
    const different = [...new Set(ids)];
    for (const id of different)
        checkId(operation, id);
    if (different.length < 1 || different.length > _core_model_limits_js__WEBPACK_IMPORTED_MODULE_1__/* .maxIdsPerCall */ .e) {
        const message = `one call is for 1 to ${_core_model_limits_js__WEBPACK_IMPORTED_MODULE_1__/* .maxIdsPerCall */ .e} instances, not ${different.length}, so nothing was sent`;
        throw invalidCall(operation, '', message);
    }
    return different;
}
function batchName(ids) {
    return ids.length <= 3 ? ids.join(', ') : `${ids.length} instances`;
}
function checkWeights(operation, blbId, weights) {
    for (const { instanceId, weight } of weights) {
        checkId(operation, instanceId);
        if (!Number.isInteger(weight) || weight < 0 || weight > 100) {
            const message = `a weight of ${weight} for ${instanceId} is none from 0 to 100, so nothing was sent`;
            throw invalidCall(operation, blbId, message);
        }
    }
}
function invalidCall(operation, target, message) {
    return new _core_model_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .CallError */ .RA({ kind: 'invalid', operation, target, message, attempts: 0 });
}


/***/ }),

/***/ 219:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ae: () => (/* binding */ anyText),
/* harmony export */   Jt: () => (/* binding */ flag),
/* harmony export */   Qq: () => (/* binding */ text),
/* harmony export */   Te: () => (/* binding */ texts),
/* harmony export */   U9: () => (/* binding */ count),
/* harmony export */   Vm: () => (/* binding */ word),
/* harmony export */   Xc: () => (/* binding */ DecodeError),
/* harmony export */   bS: () => (/* binding */ optionalFlag),
/* harmony export */   g1: () => (/* binding */ record),
/* harmony export */   ml: () => (/* binding */ shorten),
/* harmony export */   p_: () => (/* binding */ list),
/* harmony export */   yC: () => (/* binding */ requiredWord)
/* harmony export */ });
class DecodeError extends Error {
    name = 'DecodeError';
}
function record(json, what) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
        throw new DecodeError(`the ${what} is not an object`);
    }
    return { ...json };
}
const maxWord = 256;
const maxText = 1024;
function requiredWord(from, name) {
    const value = word(from, name);
    if (value === '') {
        throw new DecodeError(`"${name}" is missing`);
    }
    return value;
}
function word(from, name) {
    const value = from[name];
    if (typeof value !== 'string')
        return '';
    if (value.length > maxWord) {
        throw new DecodeError(`"${name}" is longer than ${maxWord} characters`);
    }
    return value;
}
function text(from, name) {
    return shorten(anyText(from, name), maxText);
}
function texts(from, names) {
    const entries = names.map((name) => [name, text(from, name)]);
    return Object.fromEntries(entries);
}
function list(json, what) {
    const items = json === null ? [] : json;
    if (!Array.isArray(items))
        throw new DecodeError(`"${what}" is not a list`);
    return items;
}
function anyText(from, name) {
    const value = from[name];
    return typeof value === 'string' ? value : '';
}
function shorten(whole, most) {
    if (whole.length <= most)
        return whole;
    const part = whole.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '');
    return `${Buffer.from(part, 'utf16le').toString('utf16le')}…`;
}
function count(from, name) {
    const value = Number(from[name] ?? 0);
    return Number.isFinite(value) ? value : 0;
}
function optionalFlag(from, name) {
    const value = String(from[name]).toLowerCase();
    if (value === 'true' || value === '1')
        return true;
    return value === 'false' || value === '0' ? false : undefined;
}
function flag(from, name) {
    return optionalFlag(from, name) === true;
}


/***/ }),

/***/ 9666:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   LF: () => (/* binding */ read),
/* harmony export */   xe: () => (/* binding */ shortBody),
/* harmony export */   xx: () => (/* binding */ longBody)
/* harmony export */ });
const longBody = 8 * 1024 * 1024;
const shortBody = 1024 * 1024;
const read = { kind: 'read', method: 'GET', target: '', query: {} };


/***/ }),

/***/ 7463:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Q0: () => (/* binding */ hiding),
  E$: () => (/* binding */ redact),
  DM: () => (/* binding */ redirectHost),
  EE: () => (/* binding */ replyFacts)
});

// UNUSED EXPORTS: parseRetryAfter

// EXTERNAL MODULE: ./core/secret-forms.js
var secret_forms = __nccwpck_require__(6435);
;// CONCATENATED MODULE: ./bce/api/bounded-json.js
const maxDepth = 64;
const maxTokens = 500_000;
function parseBounded(text) {
    let depth = 0;
    let colons = 0;
    let tokens = 0;
    for (let at = 0; at < text.length; at += 1) {
        switch (text[at]) {
            case '"':
                at = endOfString(text, at);
                break;
            case '[':
            case '{':
                depth += 1;
                tokens += 1;
                if (depth > maxDepth)
                    return unread(`the answer nests more than ${maxDepth} levels deep`);
                break;
            case ']':
            case '}':
                depth -= 1;
                break;
            case ',':
                tokens += 1;
                break;
            case ':':
                tokens += 1;
                colons += 1;
                break;
        }
        if (tokens > maxTokens)
            return unread(`the answer holds more than ${maxTokens} values`);
    }
    try {
        const json = JSON.parse(text);
        return fieldsIn(json) < colons
            ? unread('an object of the answer gives a field twice')
            : { json, problem: '' };
    }
    catch {
        return unread('');
    }
}
function unread(problem) {
    return { json: undefined, problem };
}
function fieldsIn(value) {
    if (typeof value !== 'object' || value === null)
        return 0;
    let fields = 0;
    if (Array.isArray(value))
        for (const each of value)
            fields += fieldsIn(each);
    else
        for (const name in value)
            fields += 1 + fieldsIn(value[name]);
    return fields;
}
function endOfString(text, from) {
    for (let at = from + 1;;) {
        const quote = text.indexOf('"', at);
        if (quote < 0)
            return text.length;
        let backslashes = 0;
        while (text[quote - 1 - backslashes] === '\\')
            backslashes += 1;
        if (backslashes % 2 === 0)
            return quote;
        at = quote + 1;
    }
}

// EXTERNAL MODULE: ./bce/api/json-fields.js
var json_fields = __nccwpck_require__(219);
;// CONCATENATED MODULE: ./bce/api/reply-facts.js



function replyFacts(reply, wallMs, hidden) {
    const { json, problem } = parseBounded(reply.body.kind === 'whole' ? reply.body.text : '');
    const fields = Object(json);
    const serverMs = dateMs(reply.headers.date);
    return {
        json,
        problem,
        requestId: token(fields['requestId'], hidden) || token(reply.headers['x-bce-request-id'], hidden),
        code: token(fields['code'], hidden),
        message: oneLine(fields['message'], hidden),
        serverMs,
        retryAfterMs: parseRetryAfter(reply.headers['retry-after'], serverMs ?? wallMs)
    };
}
function parseRetryAfter(value, nowMs) {
    if (value !== undefined && /^\s*\d{1,9}(\.\d*)?\s*$/.test(value)) {
        return Number(value) * 1000;
    }
    const atMs = dateMs(value);
    return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}
function redirectHost(reply, endpoint) {
    const location = reply.headers.location ?? '';
    return URL.canParse(location, endpoint.href) ? new URL(location, endpoint).host : 'an unreadable address';
}
class HiddenText {
    text;
    shortest;
    #forms;
    constructor(text) {
        this.text = text;
        this.shortest = text.trim().length;
    }
    get forms() {
        this.#forms ??= (0,secret_forms/* secretForms */.eo)(this.text);
        return this.#forms;
    }
}
function hiding(secrets) {
    return secrets.map((text) => new HiddenText(text));
}
function redact(text, hidden) {
    let rest = text;
    for (const secret of hidden) {
        if (rest.length < secret.shortest)
            continue;
        for (const form of secret.forms)
            rest = rest.replaceAll(form, '***');
    }
    return rest;
}
function dateMs(value) {
    const ms = value !== undefined && /^\s*[a-z]{3,9},/i.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(ms) ? undefined : ms;
}
function token(value, hidden) {
    return typeof value === 'string' && /^[\w.:/-]{1,128}$/.test(value) && redact(value, hidden) === value
        ? value
        : '';
}
function oneLine(value, hidden) {
    if (typeof value !== 'string')
        return '';
    const whole = redact((0,json_fields/* shorten */.ml)(value, maxRawMessage), hidden);
    const doubtful = value.length > maxRawMessage
        ? Math.max(0, ...hidden.flatMap(({ forms }) => forms).map(({ length }) => length))
        : 0;
    const known = whole.slice(0, whole.length - Math.min(doubtful, whole.length));
    if ((0,secret_forms/* repeatsSecret */.Xq)(known, hidden.map(({ text }) => text)))
        return 'the message repeats a secret, and is left out';
    return (0,json_fields/* shorten */.ml)(known.replace(/[\s\p{Cc}]+/gu, ' ').trim(), maxMessage);
}
const maxRawMessage = 65_536;
const maxMessage = 500;


/***/ }),

/***/ 8547:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   X: () => (/* binding */ endpointOf)
/* harmony export */ });
function endpointOf(service, endpoint) {
    if (service === 'bcc')
        return endpoint;
    const url = new URL(endpoint);
    url.hostname = url.hostname.replace(/^bcc\./, `${service}.`);
    return url;
}


/***/ }),

/***/ 6018:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  XM: () => (/* binding */ pathOf),
  E2: () => (/* binding */ queryOf),
  IU: () => (/* binding */ signedRequest)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(7598);
;// CONCATENATED MODULE: ./bce/sign.js

const defaultExpirationSeconds = 1800;
function timestamp(wallMs) {
    return `${new Date(wallMs).toISOString().slice(0, 19)}Z`;
}
function uriEncode(text) {
    return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
function canonicalUri(path) {
    const encoded = path.replace(/%[0-9a-f]{2}|%|[^/%]+/gi, (part) => /^%./.test(part) ? part.toUpperCase() : uriEncode(part));
    return encoded.startsWith('/') ? encoded : `/${encoded}`;
}
function canonicalQuery(query) {
    return Object.entries(query)
        .filter(([name]) => name.toLowerCase() !== 'authorization')
        .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value ?? '')}`)
        .sort()
        .join('&');
}
function canonicalHeaders(headers) {
    return Object.entries(headers)
        .map(([name, value]) => [name.toLowerCase(), value.trim()])
        .filter(([, value]) => value !== '')
        .map(([name, value]) => `${uriEncode(name)}:${uriEncode(value)}`)
        .sort()
        .join('\n');
}
function canonicalRequest(request) {
    return [
        request.method.toUpperCase(),
        canonicalUri(request.path),
        canonicalQuery(request.query),
        canonicalHeaders(request.headers)
    ].join('\n');
}
function authorizationPrefix(request) {
    return `bce-auth-v1/${request.accessKeyId}/${request.timestamp}/${request.expirationSeconds}`;
}
function signingKey(request) {
    return hmac(request.secretAccessKey, authorizationPrefix(request));
}
function authorization(request) {
    const canonical = canonicalRequest(request);
    const [_method, _path, _query, ...lines] = canonical.split('\n');
    const names = lines.map((line) => line.replace(/:.*/, '')).join(';');
    return `${authorizationPrefix(request)}/${names}/${hmac(signingKey(request), canonical)}`;
}
function hmac(key, data) {
    return (0,external_node_crypto_.createHmac)('sha256', key).update(data).digest('hex');
}

;// CONCATENATED MODULE: ./bce/signed-request.js

function signedRequest(operation, endpoint, credentials, atMs) {
    const { sessionToken = '' } = credentials;
    const time = timestamp(atMs);
    const headers = {
        host: endpoint.host,
        'x-bce-date': time,
        ...(sessionToken === '' ? {} : { 'x-bce-security-token': sessionToken })
    };
    const expirationSeconds = defaultExpirationSeconds;
    const signed = authorization({ ...credentials, ...operation, headers, timestamp: time, expirationSeconds });
    const contentType = operation.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
    return {
        path: operation.path + wireQuery(operation.query),
        headers: { ...headers, ...contentType, authorization: signed },
        signature: signed.slice(signed.lastIndexOf('/') + 1)
    };
}
function pathOf(...parts) {
    return `/${parts.map(uriEncode).join('/')}`;
}
function queryOf(parameters) {
    return Object.fromEntries(Object.entries(parameters).flatMap(([name, value = '']) => (value === '' ? [] : [[name, value]])));
}
function wireQuery(query) {
    const text = canonicalQuery(query).replace(/=(?=&|$)/g, '');
    return text === '' ? '' : `?${text}`;
}


/***/ }),

/***/ 1741:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   HL: () => (/* binding */ guestScriptOf),
/* harmony export */   Ww: () => (/* binding */ escapedLine),
/* harmony export */   wS: () => (/* binding */ guestSystem)
/* harmony export */ });
/* unused harmony export withSystemOf */
/* harmony import */ var _model_secret_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(4923);

function guestSystem({ osName }) {
    return /windows/i.test(osName) ? 'windows' : 'linux';
}
function withSystemOf({ osType, osName }, instance) {
    const known = `${osType} ${osName}`.trim();
    return known === '' ? instance : { ...instance, osName: known };
}
const saysNothing = /^(?:#|$|(?:export\s+|\$env:|\$)?[a-z_]\w*\s*=)/i;
function guestScriptOf(content, user) {
    return {
        content: new _model_secret_js__WEBPACK_IMPORTED_MODULE_0__/* .Secret */ .z(content),
        firstLine: firstLineOf(content),
        hasShebang: content.trimStart().startsWith('#!'),
        user
    };
}
function firstLineOf(content) {
    const lines = content.split(/\r\n|\r|\n/).map((line) => line.trim());
    return escapedLine(lines.find((line) => !saysNothing.test(line)) ?? '(only comments and settings)', 80);
}
function escapedLine(text, most) {
    const characters = [...text.replaceAll('\t', ' ')];
    const shown = characters
        .slice(0, most)
        .join('')
        .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
    return characters.length > most ? `${shown}…` : shown;
}


/***/ }),

/***/ 4864:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  hi: () => (/* binding */ describeFailed),
  O$: () => (/* binding */ describeNotHealthy),
  sR: () => (/* binding */ describeUnhealthy),
  g$: () => (/* binding */ printable)
});

// EXTERNAL MODULE: ./core/listed.js
var listed = __nccwpck_require__(4748);
// EXTERNAL MODULE: ./core/time.js
var time = __nccwpck_require__(1552);
// EXTERNAL MODULE: ./core/health/guest/guest-system.js
var guest_system = __nccwpck_require__(1741);
;// CONCATENATED MODULE: ./core/health/guest/guest-failure.js


function describeGuestFailure(reason) {
    switch (reason.kind) {
        case 'agentOffline':
            return 'the agent of Cloud Assistant is not online';
        case 'sameBoot':
            return `the old system answers (boot ${reason.bootId}, as before the rebuild; run ${reason.runId})`;
        case 'olderBoot':
            return `the system that answers is older than this rebuild (up for ${(0,time/* formatDuration */.a3)(reason.uptimeMs)}, accepted ${(0,time/* formatDuration */.a3)(reason.sinceMs)} ago; run ${reason.runId})`;
        case 'runFailed':
            return `run ${reason.runId} ended as ${(0,guest_system/* escapedLine */.Ww)(reason.state, 40)} without an answer${factsOf(reason)}`;
        case 'runLate':
            return reason.runId === ''
                ? 'the command could not be sent in time'
                : `run ${reason.runId} is ${reason.state === '' ? 'unanswered' : (0,guest_system/* escapedLine */.Ww)(reason.state, 40)} and did not end in time`;
        case 'assistantCall':
            return `Cloud Assistant could not be asked: ${reason.message}`;
        case 'script':
            return `the script ended with exit code ${reason.exitCode} (run ${reason.runId})`;
        case 'notProven':
            return 'the script was not run: nothing proves yet that the new system is up';
    }
}
function factsOf({ exitCode, errorCode, failReason }) {
    const facts = [
        exitCode === undefined ? '' : `exit code ${exitCode}`,
        (0,guest_system/* escapedLine */.Ww)(errorCode, 60),
        (0,guest_system/* escapedLine */.Ww)(failReason, 120)
    ].filter((fact) => fact !== '');
    return facts.length === 0 ? '' : `: ${facts.join(', ')}`;
}

;// CONCATENATED MODULE: ./core/health/unhealthy.js



const stages = {
    connect: 'a connection',
    tls: 'the TLS handshake',
    answer: 'an answer',
    body: 'the rest of the answer',
    banner: 'the SSH identification',
    hostKey: 'the host key'
};
function describeUnhealthy(reason) {
    switch (reason.kind) {
        case 'refused':
            return 'connection refused: nothing listens on the port yet';
        case 'unreachable':
            return `no way to the host (${reason.code}); the network or a firewall is in between`;
        case 'reset':
            return `the connection was lost while waiting for ${stages[reason.stage]}`;
        case 'dns':
            return `the host name cannot be resolved (${reason.code})`;
        case 'timedOut':
            return `timed out: waited ${(0,time/* formatDuration */.a3)(reason.timeoutMs)}, at last for ${stages[reason.stage]}`;
        case 'status':
            return `status ${reason.status}, expected ${reason.wanted.map(describeRange).join(', ')}`;
        case 'body':
            return `wrong body: it does not contain ${JSON.stringify(reason.wanted)}`;
        case 'certificate':
            return `certificate not accepted: ${reason.message}`;
        case 'noBanner':
            return reason.said === ''
                ? 'the connection ended before the server said that it speaks SSH'
                : `no SSH server: it said ${JSON.stringify(reason.said)}`;
        case 'noCommonKex':
            return `the SSH server does not offer the key exchange curve25519-sha256, only ${(0,listed/* listed */.KE)(reason.offered) || 'nothing'}`;
        case 'noHostKey':
            return `the SSH server has no host key of a known type, only ${(0,listed/* listed */.KE)(reason.offered) || 'nothing'}`;
        case 'sameHostKey':
            return `the old host key is still there (${reason.algorithm} ${reason.fingerprint}): the old system, or an image that has the key inside`;
        case 'protocol':
            return `not understood: ${reason.message}`;
        default:
            return describeGuestFailure(reason);
    }
}
function describeFailed(failed) {
    if (failed.length === 0)
        return 'passes';
    return failed.map(({ check, reason }) => `${check}: ${describeUnhealthy(reason)}`).join('; ');
}
function describeNotHealthy(reason) {
    if (reason.kind === 'failing')
        return describeFailed(reason.failed);
    const [healthyFor, wanted] = [(0,time/* formatDuration */.a3)(reason.healthyForMs), (0,time/* formatDuration */.a3)(reason.wantedMs)];
    return `${reason.checks.join(', ')}: healthy for ${healthyFor} when the deadline came, and minHealthyTime asks for ${wanted}`;
}
function printable(text, most = 120) {
    const plain = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
    return plain.length > most ? `${plain.slice(0, most)}…` : plain;
}
function describeRange({ from, to }) {
    return from === to ? `${from}` : `${from}-${to}`;
}


/***/ }),

/***/ 4748:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   KE: () => (/* binding */ listed),
/* harmony export */   hS: () => (/* binding */ counted),
/* harmony export */   oR: () => (/* binding */ joined)
/* harmony export */ });
const most = 20;
function listed(names) {
    const more = names.length - most;
    return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
function joined(parts, separator) {
    return parts.filter((part) => part !== '').join(separator);
}
function counted(count, one, many = `${one}s`) {
    return `${count} ${count === 1 ? one : many}`;
}


/***/ }),

/***/ 8728:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U: () => (/* binding */ isLoopback)
/* harmony export */ });
function isLoopback(hostname) {
    return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}


/***/ }),

/***/ 5437:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ic: () => (/* binding */ describeFailure),
/* harmony export */   RA: () => (/* binding */ CallError),
/* harmony export */   cc: () => (/* binding */ CancelledError),
/* harmony export */   tK: () => (/* binding */ longestRetryAfterMs)
/* harmony export */ });
const longestRetryAfterMs = 120_000;
class CallError extends Error {
    failure;
    constructor(failure, options) {
        super(describeFailure(failure), options);
        this.name = 'CallError';
        this.failure = failure;
    }
}
class CancelledError extends Error {
    constructor(message = 'cancelled', options) {
        super(message, options);
        this.name = 'CancelledError';
    }
}
function describeFailure(failure) {
    const target = failure.target === '' ? '' : ` ${failure.target}`;
    const facts = [
        failure.httpStatus === undefined ? undefined : `HTTP ${failure.httpStatus}`,
        failure.code,
        failure.requestId === undefined ? undefined : `request ID ${failure.requestId}`,
        failure.attempts > 1 ? `${failure.attempts} tries` : undefined
    ].filter((fact) => fact !== undefined);
    const after = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
    return `${failure.operation}${target}: ${failure.message}${after}`;
}


/***/ }),

/***/ 4663:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ pagesOf),
/* harmony export */   e: () => (/* binding */ maxIdsPerCall)
/* harmony export */ });
const maxIdsPerCall = 100;
function pagesOf(all, size = maxIdsPerCall) {
    const length = Math.ceil(all.length / size);
    return Array.from({ length }, (_, page) => all.slice(page * size, (page + 1) * size));
}


/***/ }),

/***/ 4923:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   z: () => (/* binding */ Secret)
/* harmony export */ });
class Secret {
    #text;
    constructor(text) {
        this.#text = text;
    }
    reveal() {
        return this.#text;
    }
    equals(other) {
        return other !== undefined && this.#text === other.#text;
    }
    toString() {
        return '[secret]';
    }
    toJSON() {
        return '[secret]';
    }
}


/***/ }),

/***/ 6435:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Xq: () => (/* binding */ repeatsSecret),
/* harmony export */   _o: () => (/* binding */ secretLines),
/* harmony export */   eo: () => (/* binding */ secretForms)
/* harmony export */ });
const shortestLine = 8;
function secretLines(secret) {
    const lines = secret.split(/[\r\n]+/).filter((line) => line.trim().length >= shortestLine);
    return [...new Set([secret, ...lines])];
}
function secretForms(secret) {
    if (secret.trim() === '')
        return [];
    const forms = new Set();
    for (const raw of new Set([secret, secret.trim()])) {
        const json = JSON.stringify(raw).slice(1, -1);
        const percent = percentEncoded(raw);
        const strict = percent.replace(/[!'()*]/g, (sign) => `%${hex(sign, 2)}`);
        const base64 = Buffer.from(raw, 'utf8').toString('base64');
        const spellings = [
            raw,
            json,
            json.replaceAll('/', '\\/'),
            json.replace(/[<>&=']/g, (sign) => `\\u${hex(sign, 4).toLowerCase()}`),
            JSON.stringify(json).slice(1, -1),
            percent,
            strict,
            percentEncoded(strict),
            percent.replaceAll('%20', '+'),
            strict.replaceAll('%20', '+'),
            base64,
            base64.replace(/=+$/, ''),
            base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
            percentEncoded(base64)
        ];
        for (const form of new Set(spellings)) {
            forms.add(form);
            forms.add(form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
        }
    }
    return [...forms].sort((one, other) => other.length - one.length);
}
function percentEncoded(text) {
    return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}
function hex(sign, digits) {
    return sign.charCodeAt(0).toString(16).toUpperCase().padStart(digits, '0');
}
const shortestRepeated = 8;
const deepest = 4;
function repeatsSecret(text, secrets) {
    const wanted = secrets
        .filter((secret) => secret.trim().length >= shortestRepeated)
        .flatMap((secret) => [squeezed(secret), Buffer.from(secret.trim(), 'utf8').toString('hex')]);
    let now = text;
    for (let depth = 0; depth <= deepest; depth += 1) {
        const seen = squeezed(now);
        if (wanted.some((secret) => seen.includes(secret)))
            return true;
        const next = unescaped(now);
        if (next === now)
            return false;
        now = next;
    }
    return false;
}
function squeezed(text) {
    return text.replace(/[\s\\]+/g, '').toLowerCase();
}
const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
function unescaped(text) {
    return text.replace(/(?:%|\\+x)([0-9a-f]{2})|\\+u([0-9a-f]{4})|&#x([0-9a-f]{1,4});|&#(\d{1,4});|&(amp|lt|gt|quot|apos);/gi, (_, byte, unit, hexCode, code, name) => {
        if (name !== undefined)
            return named[name.toLowerCase()] ?? '';
        if (code !== undefined)
            return String.fromCharCode(Number(code));
        return String.fromCharCode(Number.parseInt(byte ?? unit ?? hexCode ?? '', 16));
    });
}


/***/ }),

/***/ 1552:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   a3: () => (/* binding */ formatDuration),
/* harmony export */   tK: () => (/* binding */ toIso)
/* harmony export */ });
/* unused harmony export toSeconds */
function formatDuration(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    const two = (value) => String(value).padStart(2, '0');
    if (seconds < 60)
        return `${seconds}s`;
    if (seconds < 3600)
        return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
    return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m`;
}
function toSeconds(ms) {
    return Math.round(ms / 100) / 10;
}
function toIso(anchor, atMs) {
    return `${new Date(anchor.wallMs + atMs - anchor.nowMs).toISOString().slice(0, 19)}Z`;
}


/***/ }),

/***/ 1512:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   r: () => (/* binding */ withoutUndefined)
/* harmony export */ });
function withoutUndefined(fields) {
    const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
    return Object.fromEntries(entries);
}


/***/ }),

/***/ 9053:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   hd: () => (/* binding */ fetch),
/* harmony export */   kT: () => (/* binding */ ProxyAgent),
/* harmony export */   oF: () => (/* binding */ lend)
/* harmony export */ });
// Stands in for undici in the bundle. `@actions/http-client` imports undici only for `getAgentDispatcher`, which
// only Octokit calls; a plain rebuild would load nine tenths of the bundle for nothing. The two names are filled
// in by github.js, when the GitHub toolkit is loaded.
let ProxyAgent;
let fetch;

function lend(real) {
  ({ ProxyAgent, fetch } = real);
}


/***/ }),

/***/ 2343:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _action_post_step_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(7969);

process.noDeprecation = true;
try {
    await (0,_action_post_step_js__WEBPACK_IMPORTED_MODULE_0__/* .postStep */ .F)();
}
catch (error) {
    (0,_action_post_step_js__WEBPACK_IMPORTED_MODULE_0__/* .tellFault */ .M)(error);
}

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 8564:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Qq: () => (/* binding */ HttpClient),
  s_: () => (/* binding */ lib_getProxyUrl)
});

// UNUSED EXPORTS: Headers, HttpClientError, HttpClientResponse, HttpCodes, MediaTypes, isHttps

// EXTERNAL MODULE: external "http"
var external_http_ = __nccwpck_require__(8611);
var external_http_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_http_, 2);
// EXTERNAL MODULE: external "https"
var external_https_ = __nccwpck_require__(5692);
var external_https_namespaceObject = /*#__PURE__*/__nccwpck_require__.t(external_https_, 2);
;// CONCATENATED MODULE: ../node_modules/@actions/http-client/lib/proxy.js
function getProxyUrl(reqUrl) {
    const usingSsl = reqUrl.protocol === 'https:';
    if (checkBypass(reqUrl)) {
        return undefined;
    }
    const proxyVar = (() => {
        if (usingSsl) {
            return process.env['https_proxy'] || process.env['HTTPS_PROXY'];
        }
        else {
            return process.env['http_proxy'] || process.env['HTTP_PROXY'];
        }
    })();
    if (proxyVar) {
        try {
            return new DecodedURL(proxyVar);
        }
        catch (_a) {
            if (!proxyVar.startsWith('http://') && !proxyVar.startsWith('https://'))
                return new DecodedURL(`http://${proxyVar}`);
        }
    }
    else {
        return undefined;
    }
}
function checkBypass(reqUrl) {
    if (!reqUrl.hostname) {
        return false;
    }
    const reqHost = reqUrl.hostname;
    if (isLoopbackAddress(reqHost)) {
        return true;
    }
    const noProxy = process.env['no_proxy'] || process.env['NO_PROXY'] || '';
    if (!noProxy) {
        return false;
    }
    // Determine the request port
    let reqPort;
    if (reqUrl.port) {
        reqPort = Number(reqUrl.port);
    }
    else if (reqUrl.protocol === 'http:') {
        reqPort = 80;
    }
    else if (reqUrl.protocol === 'https:') {
        reqPort = 443;
    }
    // Format the request hostname and hostname with port
    const upperReqHosts = [reqUrl.hostname.toUpperCase()];
    if (typeof reqPort === 'number') {
        upperReqHosts.push(`${upperReqHosts[0]}:${reqPort}`);
    }
    // Compare request host against noproxy
    for (const upperNoProxyItem of noProxy
        .split(',')
        .map(x => x.trim().toUpperCase())
        .filter(x => x)) {
        if (upperNoProxyItem === '*' ||
            upperReqHosts.some(x => x === upperNoProxyItem ||
                x.endsWith(`.${upperNoProxyItem}`) ||
                (upperNoProxyItem.startsWith('.') &&
                    x.endsWith(`${upperNoProxyItem}`)))) {
            return true;
        }
    }
    return false;
}
function isLoopbackAddress(host) {
    const hostLower = host.toLowerCase();
    return (hostLower === 'localhost' ||
        hostLower.startsWith('127.') ||
        hostLower.startsWith('[::1]') ||
        hostLower.startsWith('[0:0:0:0:0:0:0:1]'));
}
class DecodedURL extends URL {
    constructor(url, base) {
        super(url, base);
        this._decodedUsername = decodeURIComponent(super.username);
        this._decodedPassword = decodeURIComponent(super.password);
    }
    get username() {
        return this._decodedUsername;
    }
    get password() {
        return this._decodedPassword;
    }
}
//# sourceMappingURL=proxy.js.map
// EXTERNAL MODULE: ../node_modules/tunnel/index.js
var tunnel = __nccwpck_require__(776);
// EXTERNAL MODULE: ./on-demand/undici.js
var undici = __nccwpck_require__(9053);
;// CONCATENATED MODULE: ../node_modules/@actions/http-client/lib/index.js
/* eslint-disable @typescript-eslint/no-explicit-any */
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};





var HttpCodes;
(function (HttpCodes) {
    HttpCodes[HttpCodes["OK"] = 200] = "OK";
    HttpCodes[HttpCodes["MultipleChoices"] = 300] = "MultipleChoices";
    HttpCodes[HttpCodes["MovedPermanently"] = 301] = "MovedPermanently";
    HttpCodes[HttpCodes["ResourceMoved"] = 302] = "ResourceMoved";
    HttpCodes[HttpCodes["SeeOther"] = 303] = "SeeOther";
    HttpCodes[HttpCodes["NotModified"] = 304] = "NotModified";
    HttpCodes[HttpCodes["UseProxy"] = 305] = "UseProxy";
    HttpCodes[HttpCodes["SwitchProxy"] = 306] = "SwitchProxy";
    HttpCodes[HttpCodes["TemporaryRedirect"] = 307] = "TemporaryRedirect";
    HttpCodes[HttpCodes["PermanentRedirect"] = 308] = "PermanentRedirect";
    HttpCodes[HttpCodes["BadRequest"] = 400] = "BadRequest";
    HttpCodes[HttpCodes["Unauthorized"] = 401] = "Unauthorized";
    HttpCodes[HttpCodes["PaymentRequired"] = 402] = "PaymentRequired";
    HttpCodes[HttpCodes["Forbidden"] = 403] = "Forbidden";
    HttpCodes[HttpCodes["NotFound"] = 404] = "NotFound";
    HttpCodes[HttpCodes["MethodNotAllowed"] = 405] = "MethodNotAllowed";
    HttpCodes[HttpCodes["NotAcceptable"] = 406] = "NotAcceptable";
    HttpCodes[HttpCodes["ProxyAuthenticationRequired"] = 407] = "ProxyAuthenticationRequired";
    HttpCodes[HttpCodes["RequestTimeout"] = 408] = "RequestTimeout";
    HttpCodes[HttpCodes["Conflict"] = 409] = "Conflict";
    HttpCodes[HttpCodes["Gone"] = 410] = "Gone";
    HttpCodes[HttpCodes["TooManyRequests"] = 429] = "TooManyRequests";
    HttpCodes[HttpCodes["InternalServerError"] = 500] = "InternalServerError";
    HttpCodes[HttpCodes["NotImplemented"] = 501] = "NotImplemented";
    HttpCodes[HttpCodes["BadGateway"] = 502] = "BadGateway";
    HttpCodes[HttpCodes["ServiceUnavailable"] = 503] = "ServiceUnavailable";
    HttpCodes[HttpCodes["GatewayTimeout"] = 504] = "GatewayTimeout";
})(HttpCodes || (HttpCodes = {}));
var Headers;
(function (Headers) {
    Headers["Accept"] = "accept";
    Headers["ContentType"] = "content-type";
})(Headers || (Headers = {}));
var MediaTypes;
(function (MediaTypes) {
    MediaTypes["ApplicationJson"] = "application/json";
})(MediaTypes || (MediaTypes = {}));
/**
 * Returns the proxy URL, depending upon the supplied url and proxy environment variables.
 * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
 */
function lib_getProxyUrl(serverUrl) {
    const proxyUrl = getProxyUrl(new URL(serverUrl));
    return proxyUrl ? proxyUrl.href : '';
}
const HttpRedirectCodes = [
    HttpCodes.MovedPermanently,
    HttpCodes.ResourceMoved,
    HttpCodes.SeeOther,
    HttpCodes.TemporaryRedirect,
    HttpCodes.PermanentRedirect
];
const HttpResponseRetryCodes = [
    HttpCodes.BadGateway,
    HttpCodes.ServiceUnavailable,
    HttpCodes.GatewayTimeout
];
const RetryableHttpVerbs = ['OPTIONS', 'GET', 'DELETE', 'HEAD'];
const ExponentialBackoffCeiling = 10;
const ExponentialBackoffTimeSlice = 5;
class HttpClientError extends Error {
    constructor(message, statusCode) {
        super(message);
        this.name = 'HttpClientError';
        this.statusCode = statusCode;
        Object.setPrototypeOf(this, HttpClientError.prototype);
    }
}
class HttpClientResponse {
    constructor(message) {
        this.message = message;
    }
    readBody() {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => __awaiter(this, void 0, void 0, function* () {
                let output = Buffer.alloc(0);
                this.message.on('data', (chunk) => {
                    output = Buffer.concat([output, chunk]);
                });
                this.message.on('end', () => {
                    resolve(output.toString());
                });
            }));
        });
    }
    readBodyBuffer() {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve) => __awaiter(this, void 0, void 0, function* () {
                const chunks = [];
                this.message.on('data', (chunk) => {
                    chunks.push(chunk);
                });
                this.message.on('end', () => {
                    resolve(Buffer.concat(chunks));
                });
            }));
        });
    }
}
function isHttps(requestUrl) {
    const parsedUrl = new URL(requestUrl);
    return parsedUrl.protocol === 'https:';
}
class HttpClient {
    constructor(userAgent, handlers, requestOptions) {
        this._ignoreSslError = false;
        this._allowRedirects = true;
        this._allowRedirectDowngrade = false;
        this._maxRedirects = 50;
        this._allowRetries = false;
        this._maxRetries = 1;
        this._keepAlive = false;
        this._disposed = false;
        this.userAgent = this._getUserAgentWithOrchestrationId(userAgent);
        this.handlers = handlers || [];
        this.requestOptions = requestOptions;
        if (requestOptions) {
            if (requestOptions.ignoreSslError != null) {
                this._ignoreSslError = requestOptions.ignoreSslError;
            }
            this._socketTimeout = requestOptions.socketTimeout;
            if (requestOptions.allowRedirects != null) {
                this._allowRedirects = requestOptions.allowRedirects;
            }
            if (requestOptions.allowRedirectDowngrade != null) {
                this._allowRedirectDowngrade = requestOptions.allowRedirectDowngrade;
            }
            if (requestOptions.maxRedirects != null) {
                this._maxRedirects = Math.max(requestOptions.maxRedirects, 0);
            }
            if (requestOptions.keepAlive != null) {
                this._keepAlive = requestOptions.keepAlive;
            }
            if (requestOptions.allowRetries != null) {
                this._allowRetries = requestOptions.allowRetries;
            }
            if (requestOptions.maxRetries != null) {
                this._maxRetries = requestOptions.maxRetries;
            }
        }
    }
    options(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('OPTIONS', requestUrl, null, additionalHeaders || {});
        });
    }
    get(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('GET', requestUrl, null, additionalHeaders || {});
        });
    }
    del(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('DELETE', requestUrl, null, additionalHeaders || {});
        });
    }
    post(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('POST', requestUrl, data, additionalHeaders || {});
        });
    }
    patch(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('PATCH', requestUrl, data, additionalHeaders || {});
        });
    }
    put(requestUrl, data, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('PUT', requestUrl, data, additionalHeaders || {});
        });
    }
    head(requestUrl, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request('HEAD', requestUrl, null, additionalHeaders || {});
        });
    }
    sendStream(verb, requestUrl, stream, additionalHeaders) {
        return __awaiter(this, void 0, void 0, function* () {
            return this.request(verb, requestUrl, stream, additionalHeaders);
        });
    }
    /**
     * Gets a typed object from an endpoint
     * Be aware that not found returns a null.  Other errors (4xx, 5xx) reject the promise
     */
    getJson(requestUrl_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, additionalHeaders = {}) {
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            const res = yield this.get(requestUrl, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    postJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.post(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    putJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.put(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    patchJson(requestUrl_1, obj_1) {
        return __awaiter(this, arguments, void 0, function* (requestUrl, obj, additionalHeaders = {}) {
            const data = JSON.stringify(obj, null, 2);
            additionalHeaders[Headers.Accept] = this._getExistingOrDefaultHeader(additionalHeaders, Headers.Accept, MediaTypes.ApplicationJson);
            additionalHeaders[Headers.ContentType] =
                this._getExistingOrDefaultContentTypeHeader(additionalHeaders, MediaTypes.ApplicationJson);
            const res = yield this.patch(requestUrl, data, additionalHeaders);
            return this._processResponse(res, this.requestOptions);
        });
    }
    /**
     * Makes a raw http request.
     * All other methods such as get, post, patch, and request ultimately call this.
     * Prefer get, del, post and patch
     */
    request(verb, requestUrl, data, headers) {
        return __awaiter(this, void 0, void 0, function* () {
            if (this._disposed) {
                throw new Error('Client has already been disposed.');
            }
            const parsedUrl = new URL(requestUrl);
            let info = this._prepareRequest(verb, parsedUrl, headers);
            // Only perform retries on reads since writes may not be idempotent.
            const maxTries = this._allowRetries && RetryableHttpVerbs.includes(verb)
                ? this._maxRetries + 1
                : 1;
            let numTries = 0;
            let response;
            do {
                response = yield this.requestRaw(info, data);
                // Check if it's an authentication challenge
                if (response &&
                    response.message &&
                    response.message.statusCode === HttpCodes.Unauthorized) {
                    let authenticationHandler;
                    for (const handler of this.handlers) {
                        if (handler.canHandleAuthentication(response)) {
                            authenticationHandler = handler;
                            break;
                        }
                    }
                    if (authenticationHandler) {
                        return authenticationHandler.handleAuthentication(this, info, data);
                    }
                    else {
                        // We have received an unauthorized response but have no handlers to handle it.
                        // Let the response return to the caller.
                        return response;
                    }
                }
                let redirectsRemaining = this._maxRedirects;
                while (response.message.statusCode &&
                    HttpRedirectCodes.includes(response.message.statusCode) &&
                    this._allowRedirects &&
                    redirectsRemaining > 0) {
                    const redirectUrl = response.message.headers['location'];
                    if (!redirectUrl) {
                        // if there's no location to redirect to, we won't
                        break;
                    }
                    const parsedRedirectUrl = new URL(redirectUrl);
                    if (parsedUrl.protocol === 'https:' &&
                        parsedUrl.protocol !== parsedRedirectUrl.protocol &&
                        !this._allowRedirectDowngrade) {
                        throw new Error('Redirect from HTTPS to HTTP protocol. This downgrade is not allowed for security reasons. If you want to allow this behavior, set the allowRedirectDowngrade option to true.');
                    }
                    // we need to finish reading the response before reassigning response
                    // which will leak the open socket.
                    yield response.readBody();
                    // strip authorization header if redirected to a different hostname
                    if (parsedRedirectUrl.hostname !== parsedUrl.hostname) {
                        for (const header in headers) {
                            // header names are case insensitive
                            if (header.toLowerCase() === 'authorization') {
                                delete headers[header];
                            }
                        }
                    }
                    // let's make the request with the new redirectUrl
                    info = this._prepareRequest(verb, parsedRedirectUrl, headers);
                    response = yield this.requestRaw(info, data);
                    redirectsRemaining--;
                }
                if (!response.message.statusCode ||
                    !HttpResponseRetryCodes.includes(response.message.statusCode)) {
                    // If not a retry code, return immediately instead of retrying
                    return response;
                }
                numTries += 1;
                if (numTries < maxTries) {
                    yield response.readBody();
                    yield this._performExponentialBackoff(numTries);
                }
            } while (numTries < maxTries);
            return response;
        });
    }
    /**
     * Needs to be called if keepAlive is set to true in request options.
     */
    dispose() {
        if (this._agent) {
            this._agent.destroy();
        }
        this._disposed = true;
    }
    /**
     * Raw request.
     * @param info
     * @param data
     */
    requestRaw(info, data) {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => {
                function callbackForResult(err, res) {
                    if (err) {
                        reject(err);
                    }
                    else if (!res) {
                        // If `err` is not passed, then `res` must be passed.
                        reject(new Error('Unknown error'));
                    }
                    else {
                        resolve(res);
                    }
                }
                this.requestRawWithCallback(info, data, callbackForResult);
            });
        });
    }
    /**
     * Raw request with callback.
     * @param info
     * @param data
     * @param onResult
     */
    requestRawWithCallback(info, data, onResult) {
        if (typeof data === 'string') {
            if (!info.options.headers) {
                info.options.headers = {};
            }
            info.options.headers['Content-Length'] = Buffer.byteLength(data, 'utf8');
        }
        let callbackCalled = false;
        function handleResult(err, res) {
            if (!callbackCalled) {
                callbackCalled = true;
                onResult(err, res);
            }
        }
        const req = info.httpModule.request(info.options, (msg) => {
            const res = new HttpClientResponse(msg);
            handleResult(undefined, res);
        });
        let socket;
        req.on('socket', sock => {
            socket = sock;
        });
        // If we ever get disconnected, we want the socket to timeout eventually
        req.setTimeout(this._socketTimeout || 3 * 60000, () => {
            if (socket) {
                socket.end();
            }
            handleResult(new Error(`Request timeout: ${info.options.path}`));
        });
        req.on('error', function (err) {
            // err has statusCode property
            // res should have headers
            handleResult(err);
        });
        if (data && typeof data === 'string') {
            req.write(data, 'utf8');
        }
        if (data && typeof data !== 'string') {
            data.on('close', function () {
                req.end();
            });
            data.pipe(req);
        }
        else {
            req.end();
        }
    }
    /**
     * Gets an http agent. This function is useful when you need an http agent that handles
     * routing through a proxy server - depending upon the url and proxy environment variables.
     * @param serverUrl  The server URL where the request will be sent. For example, https://api.github.com
     */
    getAgent(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        return this._getAgent(parsedUrl);
    }
    getAgentDispatcher(serverUrl) {
        const parsedUrl = new URL(serverUrl);
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (!useProxy) {
            return;
        }
        return this._getProxyAgentDispatcher(parsedUrl, proxyUrl);
    }
    _prepareRequest(method, requestUrl, headers) {
        const info = {};
        info.parsedUrl = requestUrl;
        const usingSsl = info.parsedUrl.protocol === 'https:';
        info.httpModule = usingSsl ? external_https_namespaceObject : external_http_namespaceObject;
        const defaultPort = usingSsl ? 443 : 80;
        info.options = {};
        info.options.host = info.parsedUrl.hostname;
        info.options.port = info.parsedUrl.port
            ? parseInt(info.parsedUrl.port)
            : defaultPort;
        info.options.path =
            (info.parsedUrl.pathname || '') + (info.parsedUrl.search || '');
        info.options.method = method;
        info.options.headers = this._mergeHeaders(headers);
        if (this.userAgent != null) {
            info.options.headers['user-agent'] = this.userAgent;
        }
        info.options.agent = this._getAgent(info.parsedUrl);
        // gives handlers an opportunity to participate
        if (this.handlers) {
            for (const handler of this.handlers) {
                handler.prepareRequest(info.options);
            }
        }
        return info;
    }
    _mergeHeaders(headers) {
        if (this.requestOptions && this.requestOptions.headers) {
            return Object.assign({}, lowercaseKeys(this.requestOptions.headers), lowercaseKeys(headers || {}));
        }
        return lowercaseKeys(headers || {});
    }
    /**
     * Gets an existing header value or returns a default.
     * Handles converting number header values to strings since HTTP headers must be strings.
     * Note: This returns string | string[] since some headers can have multiple values.
     * For headers that must always be a single string (like Content-Type), use the
     * specialized _getExistingOrDefaultContentTypeHeader method instead.
     */
    _getExistingOrDefaultHeader(additionalHeaders, header, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[header];
            if (headerValue) {
                clientHeader =
                    typeof headerValue === 'number' ? headerValue.toString() : headerValue;
            }
        }
        const additionalValue = additionalHeaders[header];
        if (additionalValue !== undefined) {
            return typeof additionalValue === 'number'
                ? additionalValue.toString()
                : additionalValue;
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    /**
     * Specialized version of _getExistingOrDefaultHeader for Content-Type header.
     * Always returns a single string (not an array) since Content-Type should be a single value.
     * Converts arrays to comma-separated strings and numbers to strings to ensure type safety.
     * This was split from _getExistingOrDefaultHeader to provide stricter typing for callers
     * that assign the result to places expecting a string (e.g., additionalHeaders[Headers.ContentType]).
     */
    _getExistingOrDefaultContentTypeHeader(additionalHeaders, _default) {
        let clientHeader;
        if (this.requestOptions && this.requestOptions.headers) {
            const headerValue = lowercaseKeys(this.requestOptions.headers)[Headers.ContentType];
            if (headerValue) {
                if (typeof headerValue === 'number') {
                    clientHeader = String(headerValue);
                }
                else if (Array.isArray(headerValue)) {
                    clientHeader = headerValue.join(', ');
                }
                else {
                    clientHeader = headerValue;
                }
            }
        }
        const additionalValue = additionalHeaders[Headers.ContentType];
        // Return the first non-undefined value, converting numbers or arrays to strings if necessary
        if (additionalValue !== undefined) {
            if (typeof additionalValue === 'number') {
                return String(additionalValue);
            }
            else if (Array.isArray(additionalValue)) {
                return additionalValue.join(', ');
            }
            else {
                return additionalValue;
            }
        }
        if (clientHeader !== undefined) {
            return clientHeader;
        }
        return _default;
    }
    _getAgent(parsedUrl) {
        let agent;
        const proxyUrl = getProxyUrl(parsedUrl);
        const useProxy = proxyUrl && proxyUrl.hostname;
        if (this._keepAlive && useProxy) {
            agent = this._proxyAgent;
        }
        if (!useProxy) {
            agent = this._agent;
        }
        // if agent is already assigned use that agent.
        if (agent) {
            return agent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        let maxSockets = 100;
        if (this.requestOptions) {
            maxSockets = this.requestOptions.maxSockets || external_http_.globalAgent.maxSockets;
        }
        // This is `useProxy` again, but we need to check `proxyURl` directly for TypeScripts's flow analysis.
        if (proxyUrl && proxyUrl.hostname) {
            const agentOptions = {
                maxSockets,
                keepAlive: this._keepAlive,
                proxy: Object.assign(Object.assign({}, ((proxyUrl.username || proxyUrl.password) && {
                    proxyAuth: `${proxyUrl.username}:${proxyUrl.password}`
                })), { host: proxyUrl.hostname, port: proxyUrl.port })
            };
            let tunnelAgent;
            const overHttps = proxyUrl.protocol === 'https:';
            if (usingSsl) {
                tunnelAgent = overHttps ? tunnel.httpsOverHttps : tunnel.httpsOverHttp;
            }
            else {
                tunnelAgent = overHttps ? tunnel.httpOverHttps : tunnel.httpOverHttp;
            }
            agent = tunnelAgent(agentOptions);
            this._proxyAgent = agent;
        }
        // if tunneling agent isn't assigned create a new agent
        if (!agent) {
            const options = { keepAlive: this._keepAlive, maxSockets };
            agent = usingSsl ? new external_https_.Agent(options) : new external_http_.Agent(options);
            this._agent = agent;
        }
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
            agent.options = Object.assign(agent.options || {}, {
                rejectUnauthorized: false
            });
        }
        return agent;
    }
    _getProxyAgentDispatcher(parsedUrl, proxyUrl) {
        let proxyAgent;
        if (this._keepAlive) {
            proxyAgent = this._proxyAgentDispatcher;
        }
        // if agent is already assigned use that agent.
        if (proxyAgent) {
            return proxyAgent;
        }
        const usingSsl = parsedUrl.protocol === 'https:';
        proxyAgent = new undici/* ProxyAgent */.kT(Object.assign({ uri: proxyUrl.href, pipelining: !this._keepAlive ? 0 : 1 }, ((proxyUrl.username || proxyUrl.password) && {
            token: `Basic ${Buffer.from(`${proxyUrl.username}:${proxyUrl.password}`).toString('base64')}`
        })));
        this._proxyAgentDispatcher = proxyAgent;
        if (usingSsl && this._ignoreSslError) {
            // we don't want to set NODE_TLS_REJECT_UNAUTHORIZED=0 since that will affect request for entire process
            // http.RequestOptions doesn't expose a way to modify RequestOptions.agent.options
            // we have to cast it to any and change it directly
            proxyAgent.options = Object.assign(proxyAgent.options.requestTls || {}, {
                rejectUnauthorized: false
            });
        }
        return proxyAgent;
    }
    _getUserAgentWithOrchestrationId(userAgent) {
        const baseUserAgent = userAgent || 'actions/http-client';
        const orchId = process.env['ACTIONS_ORCHESTRATION_ID'];
        if (orchId) {
            // Sanitize the orchestration ID to ensure it contains only valid characters
            // Valid characters: 0-9, a-z, _, -, .
            const sanitizedId = orchId.replace(/[^a-z0-9_.-]/gi, '_');
            return `${baseUserAgent} actions_orchestration_id/${sanitizedId}`;
        }
        return baseUserAgent;
    }
    _performExponentialBackoff(retryNumber) {
        return __awaiter(this, void 0, void 0, function* () {
            retryNumber = Math.min(ExponentialBackoffCeiling, retryNumber);
            const ms = ExponentialBackoffTimeSlice * Math.pow(2, retryNumber);
            return new Promise(resolve => setTimeout(() => resolve(), ms));
        });
    }
    _processResponse(res, options) {
        return __awaiter(this, void 0, void 0, function* () {
            return new Promise((resolve, reject) => __awaiter(this, void 0, void 0, function* () {
                const statusCode = res.message.statusCode || 0;
                const response = {
                    statusCode,
                    result: null,
                    headers: {}
                };
                // not found leads to null obj returned
                if (statusCode === HttpCodes.NotFound) {
                    resolve(response);
                }
                // get the result from the body
                function dateTimeDeserializer(key, value) {
                    if (typeof value === 'string') {
                        const a = new Date(value);
                        if (!isNaN(a.valueOf())) {
                            return a;
                        }
                    }
                    return value;
                }
                let obj;
                let contents;
                try {
                    contents = yield res.readBody();
                    if (contents && contents.length > 0) {
                        if (options && options.deserializeDates) {
                            obj = JSON.parse(contents, dateTimeDeserializer);
                        }
                        else {
                            obj = JSON.parse(contents);
                        }
                        response.result = obj;
                    }
                    response.headers = res.message.headers;
                }
                catch (err) {
                    // Invalid resource (contents not json);  leaving result obj null
                }
                // note that 3xx redirects are handled by the http layer.
                if (statusCode > 299) {
                    let msg;
                    // if exception/error in body, attempt to get better error
                    if (obj && obj.message) {
                        msg = obj.message;
                    }
                    else if (contents && contents.length > 0) {
                        // it may be the case that the exception is in the body message as string
                        msg = contents;
                    }
                    else {
                        msg = `Failed request: (${statusCode})`;
                    }
                    const err = new HttpClientError(msg, statusCode);
                    err.result = response.result;
                    reject(err);
                }
                else {
                    resolve(response);
                }
            }));
        });
    }
}
const lowercaseKeys = (obj) => Object.keys(obj).reduce((c, k) => ((c[k.toLowerCase()] = obj[k]), c), {});
//# sourceMappingURL=index.js.map

/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(2343);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
