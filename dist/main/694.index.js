export const id = 694;
export const ids = [694];
export const modules = {

/***/ 5694:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createAssistant: () => (/* binding */ createAssistant)
});

// EXTERNAL MODULE: ./core/loopback.js
var loopback = __webpack_require__(8728);
// EXTERNAL MODULE: ./core/secret-forms.js
var secret_forms = __webpack_require__(6435);
// EXTERNAL MODULE: ./bce/api/check-arguments.js
var check_arguments = __webpack_require__(4822);
// EXTERNAL MODULE: ./core/model/limits.js
var limits = __webpack_require__(4663);
// EXTERNAL MODULE: ./bce/signed-request.js + 1 modules
var signed_request = __webpack_require__(6018);
// EXTERNAL MODULE: ./bce/api/json-fields.js
var json_fields = __webpack_require__(219);
// EXTERNAL MODULE: ./bce/api/operation.js
var operation = __webpack_require__(9666);
;// CONCATENATED MODULE: ./bce/api/cloud-assistant.js






const readRuns = { ...operation/* read */.LF, service: 'ca' };
function getAgents(instanceIds) {
    return {
        ...readRuns,
        method: 'POST',
        name: 'BatchGetAgent',
        path: '/v1/ca/agent/batch',
        body: JSON.stringify({ hosts: instanceIds.map((instanceId) => ({ instanceId })) }),
        decode(json) {
            const found = (0,json_fields/* list */.p_)((0,json_fields/* record */.g1)(json, 'answer')['result'] ?? null, 'result').map((item) => {
                const from = (0,json_fields/* record */.g1)(item, 'agent');
                const host = (0,json_fields/* record */.g1)(from['host'], 'host');
                const isOnline = (0,json_fields/* text */.Qq)(from, 'state').toUpperCase() === 'ONLINE';
                return [(0,json_fields/* word */.Vm)(host, 'instanceId'), isOnline ? 'online' : 'offline'];
            });
            return new Map(found.filter(([id]) => id !== ''));
        }
    };
}
function runCommand({ command, nonce }, instanceIds) {
    const content = command.content(nonce).reveal();
    const isLinux = command.system === 'linux';
    return {
        service: 'ca',
        name: 'CreateAction',
        kind: 'write',
        method: 'POST',
        target: (0,check_arguments/* batchName */.cL)(instanceIds),
        path: '/v1/ca/action',
        query: {},
        secrets: (0,secret_forms/* secretLines */._o)(content),
        body: JSON.stringify({
            execution: 'RUN',
            action: {
                type: 'COMMAND',
                description: descriptionOf(nonce),
                timeoutSecond: command.timeoutSeconds,
                command: {
                    type: isLinux ? 'SHELL' : 'POWERSHELL',
                    content,
                    scope: 'INDIVIDUAL',
                    enableParameter: false,
                    user: command.user,
                    workDir: isLinux ? '/' : undefined
                }
            },
            targetSelectorType: 'INSTANCES_LIST',
            targets: instanceIds.map((instanceId) => ({ instanceType: 'BCC', instanceId }))
        }),
        decode: (json) => ({ runId: (0,json_fields/* requiredWord */.yC)(resultOf(json), 'runId') })
    };
}
function getRun(runId) {
    return {
        ...readRuns,
        ...(0,check_arguments/* callOn */.Ci)('GetActionRun', runId),
        path: '/v1/ca/actionRun',
        query: (0,signed_request/* queryOf */.E2)({
            id: runId,
            withLog: 'true',
            pageNo: '1',
            pageSize: `${limits/* maxIdsPerCall */.e}`,
            locale: 'en-us'
        }),
        decode(json) {
            const result = resultOf(json);
            const children = (0,json_fields/* list */.p_)(result['children'] ?? null, 'children').map(decodeChild);
            return {
                runId,
                state: (0,json_fields/* requiredWord */.yC)(result, 'state'),
                children: children.filter(({ instanceId }) => instanceId !== '')
            };
        }
    };
}
function findRun(nonce, sinceMs) {
    return {
        ...readRuns,
        method: 'POST',
        name: 'ActionRunList',
        path: '/v1/ca/actionRun/list',
        query: (0,signed_request/* queryOf */.E2)({ locale: 'en-us' }),
        body: JSON.stringify({
            pageNo: 1,
            pageSize: 100,
            ascending: false,
            action: { type: 'COMMAND' },
            startTime: Math.floor(sinceMs)
        }),
        decode(json) {
            for (const item of (0,json_fields/* list */.p_)(resultOf(json)['data'] ?? null, 'data')) {
                const run = (0,json_fields/* record */.g1)(item, 'run');
                if (JSON.stringify(run['action'] ?? '').includes(nonce))
                    return (0,json_fields/* requiredWord */.yC)(run, 'id');
            }
            return undefined;
        }
    };
}
function descriptionOf(nonce) {
    return `rebuild-bcc-instance ${nonce}`;
}
function decodeChild(json) {
    const from = (0,json_fields/* record */.g1)(json, 'child');
    const target = { ...Object(from['target']) };
    const output = { ...Object(from['output']) };
    const exitCode = String(output['exitCode']);
    return {
        instanceId: (0,json_fields/* word */.Vm)(target, 'instanceId'),
        state: (0,json_fields/* word */.Vm)(from, 'state'),
        ...(/^-?\d+$/.test(exitCode) && { exitCode: Number(exitCode) }),
        stdout: (0,json_fields/* anyText */.Ae)(output, 'stdout') || (0,json_fields/* anyText */.Ae)(from, 'log'),
        stderr: (0,json_fields/* anyText */.Ae)(output, 'stderr'),
        errorCode: (0,json_fields/* text */.Qq)(from, 'errorCode'),
        failReason: (0,json_fields/* anyText */.Ae)(from, 'failReason')
    };
}
function resultOf(json) {
    return (0,json_fields/* record */.g1)((0,json_fields/* record */.g1)(json, 'answer')['result'], 'result');
}

// EXTERNAL MODULE: ./bce/api/reply-facts.js + 1 modules
var reply_facts = __webpack_require__(7463);
// EXTERNAL MODULE: ./bce/api/service-endpoints.js
var service_endpoints = __webpack_require__(8547);
;// CONCATENATED MODULE: ./bce/assistant-client.js






function createAssistant(client, secrets, scriptOf) {
    const hidden = (0,reply_facts/* hiding */.Q0)(secrets);
    const known = new Map([[undefined, hidden]]);
    const hiddenIn = (instanceId) => {
        const script = scriptOf(instanceId);
        const all = known.get(script) ?? [...hidden, ...(0,reply_facts/* hiding */.Q0)((0,secret_forms/* secretLines */._o)(script?.reveal() ?? ''))];
        known.set(script, all);
        return all;
    };
    return {
        async getAgents(ids, signal) {
            return client.call(getAgents((0,check_arguments/* checkedIds */.Ge)('BatchGetAgent', ids)), signal);
        },
        async runCommand(spec, ids, signal) {
            refusePlainHttp(client.endpoint);
            return client.call(runCommand(spec, (0,check_arguments/* checkedIds */.Ge)('CreateAction', ids)), signal);
        },
        async getRun(runId, signal) {
            const run = await client.call(getRun(runId), signal);
            const children = run.children.map((child) => {
                const shown = (text) => (0,reply_facts/* redact */.E$)(text, hiddenIn(child.instanceId));
                const { stdout, stderr, failReason } = child;
                return { ...child, stdout: shown(stdout), stderr: shown(stderr), failReason: shown(failReason) };
            });
            return { ...run, children };
        },
        findRun: async (nonce, sinceMs, signal) => client.call(findRun(nonce, sinceMs), signal)
    };
}
function refusePlainHttp(endpoint) {
    const { protocol, hostname, host } = (0,service_endpoints/* endpointOf */.X)('ca', endpoint);
    if (protocol === 'https:' || (0,loopback/* isLoopback */.U)(hostname))
        return;
    const message = `a script is sent only over HTTPS, and ${host} is asked over plain HTTP; nothing was sent`;
    throw (0,check_arguments/* invalidCall */.Yf)('CreateAction', '', message);
}


/***/ })

};
