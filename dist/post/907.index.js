export const id = 907;
export const ids = [907];
export const modules = {

/***/ 2907:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  createGuestProbe: () => (/* binding */ createGuestProbe)
});

// EXTERNAL MODULE: ./core/model/secret.js
var secret = __webpack_require__(4923);
;// CONCATENATED MODULE: ./core/health/guest/guest-command.js

const probeSeconds = 30;
const maxScriptSeconds = 600;
function probeCommand(system) {
    return {
        key: `probe ${system}`,
        system,
        user: system === 'linux' ? 'root' : undefined,
        timeoutSeconds: probeSeconds,
        content: (nonce) => new secret/* Secret */.z(system === 'linux'
            ? `printf 'RB1 nonce=%s boot=%s up=%s\\n' ${nonce} "$(cat /proc/sys/kernel/random/boot_id)" "$(cut -d' ' -f1 /proc/uptime)"\n`
            : [
                '$boot = (Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()',
                '$up = (Get-CimInstance Win32_PerfFormattedData_PerfOS_System).SystemUpTime',
                `"RB1 nonce=${nonce} boot=$boot up=$up"`,
                ''
            ].join('\n'))
    };
}
function scriptCommand(script, system, deadlineMs) {
    const isAgentsOwn = system === 'windows' && script.user === 'root';
    return {
        key: `script ${system}`,
        system,
        user: isAgentsOwn ? undefined : script.user,
        timeoutSeconds: Math.min(maxScriptSeconds, Math.max(10, Math.ceil(deadlineMs / 1_000))),
        content: () => script.content
    };
}

;// CONCATENATED MODULE: ./core/health/guest/guest-run.js
function isFinished(state) {
    return ['SUCCESS', 'FAILED', 'PARTIAL_FAILED'].includes(state.toUpperCase());
}
function hasExitedWithZero({ state, exitCode }) {
    return state.toUpperCase() === 'SUCCESS' && exitCode === 0;
}

;// CONCATENATED MODULE: ./core/health/guest/guest-proof.js

const margin = { ms: 2_000, share: 0.001 };
function readProbeLine(output, nonce) {
    for (const line of output.split(/\r\n|\r|\n/)) {
        const [, seen, bootId, up] = /^RB1 nonce=(\S+) boot=([0-9a-f-]{8,40}) up=(\d{1,10}(?:\.\d+)?)\s*$/i.exec(line) ?? [];
        if (seen === nonce && bootId !== undefined)
            return { bootId, uptimeMs: Number(up) * 1_000 };
    }
    return undefined;
}
function judgeProof(answer, baseline) {
    if (answer.kind !== 'finished')
        return { healthy: false, reason: answer };
    const { child, nonce, runId, sentMs } = answer;
    const facts = hasExitedWithZero(child) ? readProbeLine(child.stdout, nonce) : undefined;
    if (facts === undefined)
        return runFailed(answer);
    const { bootId, uptimeMs } = facts;
    if (bootId === baseline.bootId)
        return { healthy: false, reason: { kind: 'sameBoot', bootId, runId } };
    const { acceptedMs } = baseline;
    if (acceptedMs !== undefined) {
        const sinceMs = sentMs - acceptedMs;
        if (uptimeMs + margin.ms + margin.share * sinceMs >= sinceMs) {
            return { healthy: false, reason: { kind: 'olderBoot', uptimeMs, sinceMs, runId } };
        }
    }
    return { healthy: true, bootId };
}
function judgeScript(answer) {
    if (answer.kind !== 'finished')
        return { healthy: false, reason: answer };
    const { child, runId } = answer;
    if (hasExitedWithZero(child))
        return { healthy: true };
    const { exitCode } = child;
    if (exitCode === undefined || exitCode === 0)
        return runFailed(answer);
    return { healthy: false, reason: { kind: 'script', exitCode, output: lastLines(child), runId } };
}
const shownLines = 20;
function lastLines({ stdout, stderr }) {
    return `${stdout}\n${stderr}`
        .split(/\r\n|\r|\n/)
        .filter((line) => line.trim() !== '')
        .slice(-shownLines);
}
function runFailed({ child, runId }) {
    const { state, exitCode, errorCode, failReason } = child;
    return {
        healthy: false,
        reason: {
            kind: 'runFailed',
            runId,
            state,
            errorCode,
            failReason,
            ...(exitCode === undefined ? {} : { exitCode })
        }
    };
}

// EXTERNAL MODULE: ./core/health/guest/guest-system.js
var guest_system = __webpack_require__(1741);
// EXTERNAL MODULE: ./core/model/failure.js
var failure = __webpack_require__(5437);
// EXTERNAL MODULE: ./core/model/limits.js
var limits = __webpack_require__(4663);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./health/assistant/sent-run.js

function noteRunId(sent, runId) {
    sent.runId = runId;
    for (const one of sent.members)
        one.late = { kind: 'runLate', runId, state: '' };
}
function answerSome(sent, answerOf) {
    for (const one of sent.members.splice(0)) {
        const answer = answerOf(one);
        if (answer === undefined)
            sent.members.push(one);
        else
            one.answer(answer);
    }
}
function unnamed(instanceId, state) {
    return {
        instanceId,
        state: `${state}, without a word about this instance`,
        stdout: '',
        stderr: '',
        errorCode: '',
        failReason: ''
    };
}
function failed(error) {
    if (error instanceof failure/* CallError */.RA) {
        return {
            kind: 'assistantCall',
            isDenied: error.failure.kind === 'denied',
            message: (0,failure/* describeFailure */.Ic)(error.failure)
        };
    }
    throw error;
}

;// CONCATENATED MODULE: ./health/assistant/guest-runs.js





const maxLookups = 3;
const graceMs = 20_000;
const skewMs = 300_000;
class GuestRuns {
    #assistant;
    #clock;
    #intervalMs;
    #ended = new AbortController();
    #wanted = [];
    #sent = [];
    #isBeating = false;
    #fault;
    #lastMs = Number.NEGATIVE_INFINITY;
    constructor(assistant, clock, intervalMs) {
        this.#assistant = assistant;
        this.#clock = clock;
        this.#intervalMs = intervalMs;
    }
    async execute(instanceId, command, untilMs, signal, isOnline = false) {
        const timer = new AbortController();
        const off = () => timer.abort();
        const signals = [signal, this.#ended.signal];
        if (this.#fault !== undefined)
            throw this.#fault;
        if (signals.some(({ aborted }) => aborted))
            throw new failure/* CancelledError */.cc();
        for (const one of signals)
            one.addEventListener('abort', off, { once: true });
        let wanted;
        try {
            return await new Promise((resolve, reject) => {
                const one = {
                    instanceId,
                    command,
                    isOnline,
                    answer: resolve,
                    late: { kind: 'runLate', runId: '', state: '' },
                    isOver: false
                };
                wanted = one;
                this.#wanted.push(one);
                const leftMs = Math.max(0, Math.ceil(untilMs - this.#clock.nowMs()));
                this.#clock.sleep(leftMs, timer.signal).then(() => resolve(one.late), (error) => reject(this.#fault ?? error));
                if (!this.#isBeating)
                    void this.#beat();
            });
        }
        finally {
            if (wanted !== undefined)
                wanted.isOver = true;
            timer.abort();
            for (const one of signals)
                one.removeEventListener('abort', off);
        }
    }
    dispose() {
        this.#ended.abort();
    }
    async #beat() {
        this.#isBeating = true;
        try {
            while (this.#wanted.length + this.#sent.length > 0) {
                const nowMs = this.#clock.nowMs();
                const dueMs = Math.max(nowMs, this.#lastMs + this.#intervalMs);
                await this.#clock.sleep(Math.ceil(dueMs - nowMs), this.#ended.signal);
                this.#lastMs = this.#clock.nowMs();
                await this.#tick();
            }
        }
        catch (error) {
            if (!(error instanceof failure/* CancelledError */.cc))
                this.#fault = error;
            this.#ended.abort();
        }
        finally {
            this.#isBeating = false;
        }
    }
    async #tick() {
        const sent = this.#sent.filter(({ members }) => members.some(({ isOver }) => !isOver));
        const wanted = this.#wanted.filter(({ isOver }) => !isOver);
        this.#sent = sent;
        this.#wanted = [];
        await Promise.all([...sent.map((one) => this.#follow(one)), this.#begin(wanted)]);
        this.#sent = this.#sent.filter(({ members }) => members.length > 0);
    }
    async #begin(wanted) {
        const known = wanted.filter((one) => one.isOnline).map(({ instanceId }) => instanceId);
        const agents = new Map(known.map((id) => [id, 'online']));
        const ids = [...new Set(wanted.map(({ instanceId }) => instanceId))].filter((id) => !agents.has(id));
        await Promise.all((0,limits/* pagesOf */.E)(ids).map(async (page) => {
            try {
                const found = await this.#assistant.getAgents(page, this.#ended.signal);
                for (const id of page)
                    agents.set(id, found.get(id) ?? 'offline');
            }
            catch (error) {
                for (const id of page)
                    agents.set(id, failed(error));
            }
        }));
        const ready = new Map();
        for (const one of wanted) {
            const agent = agents.get(one.instanceId) ?? 'offline';
            if (agent === 'offline')
                one.answer({ kind: 'agentOffline' });
            else if (agent !== 'online')
                one.answer(agent);
            else
                ready.set(one.command.key, [...(ready.get(one.command.key) ?? []), one]);
        }
        await Promise.all([...ready.values()].flatMap((all) => (0,limits/* pagesOf */.E)(all).map((page) => this.#send(page))));
    }
    async #send(members) {
        const command = members[0]?.command;
        if (command === undefined)
            return;
        const ids = [...new Set(members.map(({ instanceId }) => instanceId))];
        const sent = {
            nonce: (0,external_node_crypto_.randomBytes)(12).toString('hex'),
            sentMs: this.#clock.nowMs(),
            sentWallMs: this.#clock.wallMs(),
            members: [...members],
            runId: undefined,
            lookups: 0
        };
        try {
            const { runId } = await this.#assistant.runCommand({ command, nonce: sent.nonce }, ids, this.#ended.signal);
            noteRunId(sent, runId);
        }
        catch (error) {
            const kind = error instanceof failure/* CallError */.RA ? error.failure.kind : undefined;
            if (kind !== 'ambiguous' && kind !== 'malformed') {
                for (const { answer } of members)
                    answer(failed(error));
                return;
            }
        }
        this.#sent.push(sent);
    }
    async #follow(sent) {
        try {
            if (sent.runId === undefined)
                await this.#lookUp(sent);
            else
                await this.#read(sent, sent.runId);
        }
        catch (error) {
            const isOver = !(error instanceof failure/* CallError */.RA) || ['denied', 'invalid', 'unsent'].includes(error.failure.kind);
            if (isOver)
                answerSome(sent, () => failed(error));
        }
        const limitMs = (sent.members[0]?.command.timeoutSeconds ?? 0) * 1_000 + graceMs;
        if (this.#clock.nowMs() - sent.sentMs >= limitMs)
            answerSome(sent, ({ late }) => late);
    }
    async #lookUp(sent) {
        const runId = await this.#assistant.findRun(sent.nonce, sent.sentWallMs - skewMs, this.#ended.signal);
        sent.lookups += 1;
        if (runId !== undefined)
            noteRunId(sent, runId);
        else if (sent.lookups >= maxLookups)
            this.#wanted.push(...sent.members.splice(0));
    }
    async #read(sent, runId) {
        const run = await this.#assistant.getRun(runId, this.#ended.signal);
        const children = new Map(run.children.map((child) => [child.instanceId, child]));
        const isRunOver = isFinished(run.state);
        answerSome(sent, (one) => {
            const child = children.get(one.instanceId);
            one.late = { kind: 'runLate', runId, state: child?.state ?? run.state };
            if (child === undefined ? !isRunOver : !isFinished(child.state) && !isRunOver)
                return undefined;
            const { nonce, sentMs } = sent;
            return { kind: 'finished', runId, nonce, sentMs, child: child ?? unnamed(one.instanceId, run.state) };
        });
    }
}

;// CONCATENATED MODULE: ./health/assistant/guest-probe.js






const baselineMs = 30_000;
function createGuestProbe({ guestScript, deadlineMs }, intervalMs, assistant, clock) {
    const runs = new GuestRuns(assistant, clock, intervalMs);
    const commandOf = (check) => {
        if (check.kind === 'assistant')
            return probeCommand(check.system);
        if (guestScript === undefined)
            throw new Error('no guest script');
        return scriptCommand(guestScript, check.system, deadlineMs);
    };
    return {
        async getAgents(ids, signal) {
            const agents = new Map();
            for (const page of (0,limits/* pagesOf */.E)(ids)) {
                const found = await assistant.getAgents(page, signal);
                for (const id of page)
                    agents.set(id, found.get(id) ?? 'offline');
            }
            return agents;
        },
        async getBootIds(instances, signal) {
            const untilMs = clock.nowMs() + baselineMs;
            const answers = await Promise.all(instances.map(async ({ id, osName }) => {
                const command = probeCommand((0,guest_system/* guestSystem */.wS)({ osName }));
                return [id, await runs.execute(id, command, untilMs, signal, true)];
            }));
            const bootIds = new Map();
            for (const [id, answer] of answers) {
                if (answer.kind === 'assistantCall' && answer.isDenied) {
                    throw new failure/* CallError */.RA({
                        kind: 'denied',
                        operation: 'CreateAction',
                        target: id,
                        message: answer.message,
                        attempts: 1
                    });
                }
                const result = judgeProof(answer, {});
                if (result.healthy && result.bootId !== undefined)
                    bootIds.set(id, result.bootId);
            }
            return bootIds;
        },
        async probe(check, { signal, untilMs, baseline }) {
            const answer = await runs.execute(check.instanceId, commandOf(check), untilMs, signal);
            if (check.kind === 'guestScript')
                return judgeScript(answer);
            const result = judgeProof(answer, baseline);
            return result.healthy && check.system === 'windows' ? { healthy: true } : result;
        },
        dispose: () => runs.dispose()
    };
}


/***/ })

};
