/** The cost of the handover to the post step, which is written before each call that erases a disk or sets a weight. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HandoverFile, openHandover } from '../../src/action/handover.ts';
import type { RunState } from '../../src/core/run/run-state.ts';
import { quantile } from './quantile.ts';

/** The cost of the writes of one run. */
export interface HandoverCost {
  readonly writes: number;
  /** The median of one write, in ms, including the wait for the disk. */
  readonly medianMs: number;
  readonly mostMs: number;
  /** The CPU time of all writes. */
  readonly cpuSeconds: number;
  /** The size of the file at the end. */
  readonly bytes: number;
}

/** The handover file of the main step, in a temporary folder. */
export class TimedHandover {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-handover-'));
  readonly #file: HandoverFile;
  readonly #tookMs: number[] = [];
  #cpuMicros = 0;

  constructor() {
    const state = join(this.#folder, 'state');
    writeFileSync(state, '');
    Object.assign(process.env, { RUNNER_TEMP: this.#folder, GITHUB_STATE: state });
    this.#file = openHandover();
  }

  write(state: RunState): void {
    const cpu = process.cpuUsage();
    const fromMs = performance.now();
    this.#file.write({ state, ok: false, ended: false, cancelled: false });
    this.#tookMs.push(performance.now() - fromMs);
    const { user, system } = process.cpuUsage(cpu);
    this.#cpuMicros += user + system;
  }

  /** The cost of all writes. Removes the folder. */
  cost(): HandoverCost {
    const [name = ''] = readdirSync(this.#folder).filter((file) => file.endsWith('.json'));
    const { size } = statSync(join(this.#folder, name));
    rmSync(this.#folder, { recursive: true });
    return {
      writes: this.#tookMs.length,
      medianMs: quantile(this.#tookMs, 0.5),
      mostMs: Math.max(...this.#tookMs),
      cpuSeconds: this.#cpuMicros / 1e6,
      bytes: size
    };
  }
}
