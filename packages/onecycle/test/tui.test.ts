import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli } from './run-program.js'

const found = ['/usr/bin/tmux', '/usr/local/bin/tmux', '/opt/homebrew/bin/tmux'].find(existsSync)
const leftOut = found ? '' : ', left out: there is no tmux (Debian: apt install tmux)'

/** A terminal of its own, as a person has it: programs in it run under a shell. */
class Window {
  readonly #socket: string
  #lines = 0
  constructor(folder: string, columns: number, rows: number) {
    this.#socket = join(folder, 'tmux')
    const size = ['-x', String(columns), '-y', String(rows)]
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', folder, 'env -u CI bash --norc --noprofile')
  }

  #tmux(...args: string[]): string {
    return execFileSync(found!, ['-S', this.#socket, ...args], { encoding: 'utf8' })
  }

  type(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  /**
   * Has the shell run a line on an empty screen, and gives what tells its end, and no other's: of the line that is typed it shows another
   * one, and what was there before is no answer.
   */
  run(line: string): RegExp {
    this.#lines++
    this.type(`clear; ${line}; echo "line "${this.#lines}" ended with $?"`, 'Enter')
    return new RegExp(`line ${this.#lines} ended with \\d`)
  }

  get screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd()
  }

  /** Whether the other screen is shown, and the cursor. */
  get modes(): string {
    return this.#tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}').trim()
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  async shows(what: RegExp): Promise<string> {
    for (const end = performance.now() + 30_000; performance.now() < end; await wait(50)) {
      const { screen } = this
      if (what.test(screen)) return screen
    }
    throw new Error(`The window does not show ${what}:\n${this.screen}`)
  }

  close(): void {
    this.#tmux('kill-server')
  }
}

let folder: string
let window: Window
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-tui-'))
  const rows = Array.from({ length: 2000 }, (_, i) => `${i % 3},${(i % 3) * 2 + (i % 5) / 10},${'abc'[i % 3]}`)
  await writeFile(join(folder, 'flowers.csv'), `a,b,kind\n${rows.join('\n')}\n`)
  if (found) window = new Window(folder, 100, 30)
})
afterAll(async () => {
  if (found) window.close()
  await rm(folder, { recursive: true })
})

const ours = '1 0'
const theirs = '0 1'

test.skipIf(!found)(
  `a terminal shows a training, obeys keys, and is as it was afterwards${leftOut}`,
  async () => {
    const train = `${process.execPath} ${cli} train --data flowers.csv --y kind --lr 0.01 --epochs 10000 --layers 8 --tui`
    window.type(`PS1='% '; clear; stty -a | grep -o '.icanon\\|.echo '; ${train}`, 'Enter')
    await window.shows(/Loss[\s\S]*validation[\s\S]*train_loss[\s\S]*p pause {3}s stop {3}c checkpoint/)
    expect(window.modes).toBe(ours)

    window.type('p')
    const still = await window.shows(/PAUSED[\s\S]*p go on/)
    window.type('c')
    await window.shows(/Kept in runs\/flowers-1\/checkpoints\/fit-0-00001\.safetensors/)
    expect(still.split('\n')[0]).toBe('runs/flowers-1')
    window.resize(60, 20)
    for (const line of (await window.shows(/p go on {2}s stop {2}c checkpoint {2}q leave$/)).split('\n'))
      expect(line.length).toBeLessThan(60)
    window.resize(100, 30)

    window.type('C-z')
    await window.shows(/Stopped/)
    expect(window.modes).toBe(theirs)
    window.type('clear; fg', 'Enter')
    await window.shows(/PAUSED/)
    expect(window.modes).toBe(ours)

    window.type('p')
    await window.shows(/It goes on\.[\s\S]*p pause/)
    window.type('s')
    await window.shows(/Press s again to stop\./)
    window.type('s')
    const end = await window.shows(/stopped at lr 0\.01[\s\S]*runs\/flowers-1\n%/)
    expect(end).toMatch(/^\d+ +\d\.\d{6}/m)
    expect(window.modes).toBe(theirs)
    expect(await readdir(join(folder, 'runs/flowers-1'))).toContain('model')
  },
  120_000,
)

test.skipIf(!found)(
  `Ctrl-C ends it, and leaves the terminal as it was${leftOut}`,
  async () => {
    const train = `${process.execPath} ${cli} train --data flowers.csv --y kind --lr 0.01 --epochs 10000 --layers 8 --tui`
    const end = window.run(`${train}; echo "code $?"; stty -a | grep -o ' icanon\\| echo '`)
    await window.shows(/p pause/)
    window.type('C-c')
    expect(await window.shows(end)).toMatch(/Interrupted by Ctrl-C: [\s\S]*\ncode 130\n icanon\n echo\s+line/)
    expect(window.modes).toBe(theirs)
  },
  120_000,
)

test.skipIf(!found)(`--tui is refused where output is a log${leftOut}`, async () => {
  const train = `${process.execPath} ${cli} train --data flowers.csv --y kind --tui`
  const inCI = await window.shows(window.run(`CI=true ${train}`))
  expect(inCI).toMatch(/draws over a whole terminal, and CI is set \(true\)[\s\S]*ended with 2/)
  const dumb = await window.shows(window.run(`TERM=dumb ${train}`))
  expect(dumb).toMatch(/TERM is dumb[\s\S]*ended with 2/)
})
