import { Transform } from 'node:stream'
import { withoutLast } from './last-line.js'
import type { Mpiexec } from './mpiexec.js'

/** What an mpiexec puts in front of a rank's lines when it is asked to. */
function markOf({ engine, version }: Pick<Mpiexec, 'engine' | 'version'>): RegExp {
  if (engine === 'MPICH') return /^\[(\d+)\] /
  return / [1-4]\./.test(version) ? /^\[\d+,(\d+)\]<std(?:out|err)>:/ : /^\[.*,(\d+)\]<std(?:out|err)>: /
}

/**
 * Lines as an mpiexec marks them with their ranks, for people: those of rank 0 as they are, those of others with their number in front. What
 * mpiexec says itself, which has no mark, passes. What ranks say of their end is for whoever started them.
 */
export class RankLines extends Transform {
  readonly #mark: RegExp
  readonly #ended: (code: number) => void
  #rest = ''

  constructor(mpiexec: Pick<Mpiexec, 'engine' | 'version'>, ended: (code: number) => void = () => {}) {
    super({ decodeStrings: false, encoding: 'utf8' })
    this.#mark = markOf(mpiexec)
    this.#ended = ended
  }

  override _transform(text: string, _encoding: BufferEncoding, done: () => void): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    if (lines.length > 0) this.push(lines.map(line => this.#told(line, '\n')).join(''))
    done()
  }

  override _flush(done: () => void): void {
    if (this.#rest) this.push(this.#told(this.#rest, ''))
    done()
  }

  #told(line: string, end: string): string {
    const [mark = '', rank] = this.#mark.exec(line) ?? []
    const { text, code } = withoutLast(line.slice(mark.length))
    if (code !== undefined) this.#ended(code)
    if (code !== undefined && text === '') return ''
    return `${rank === undefined || rank === '0' ? text : `[${rank}] ${text}`}${end}`
  }
}
