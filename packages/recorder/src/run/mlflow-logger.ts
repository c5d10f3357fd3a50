import { checkOptions, kind, plainError, show, typeError } from '@onecycle/platform'
import type { RunEvent } from './run-event.js'
import { RunLogger, type RunLoggerOptions, runLoggerKinds } from './run-logger.js'

/** What an `MLflowLogger` is given: the address of the server, the experiment, and headers of requests. */
export interface MLflowLoggerOptions extends RunLoggerOptions {
  /** Where the tracking server answers: `http://127.0.0.1:5000`. */
  uri: string
  /** The experiment, which is made where there is none of this name. Default: `Default`. */
  experiment?: string | undefined
  /** Sent with each request, such as `{ Authorization: 'Bearer ...' }`. */
  headers?: Readonly<Record<string, string>> | undefined
}

/** What the server takes in one request. */
const [mostMetrics, mostParams, longestParam] = [1000, 100, 500]

interface MLflowMetric {
  readonly key: string
  readonly value: number
  readonly timestamp: number
  readonly step: number
}

/**
 * Sends a run to an MLflow tracking server by its REST API: `hparams` and what the Learner says of itself as parameters and tags; rates, momentum
 * and losses of each batch; losses and metrics of each epoch; scalars that are noted. Each fit is a run of its own there, with the name of
 * the run and the number of the fit. A step is a training batch. One that goes on from a checkpoint is another run, tagged with the number of
 * batches that were before.
 *
 * @throws TypeError for an unknown option, or no address
 * @example
 * const tracker = new MLflowLogger({ uri: 'http://127.0.0.1:5000', experiment: 'digits', name: 'wide', hparams: { width: 32 } })
 */
export class MLflowLogger extends RunLogger {
  static override readonly name: string = 'MLflowLogger'
  readonly #uri: string
  readonly #experiment: string
  readonly #headers: Readonly<Record<string, string>>
  #described: Extract<RunEvent, { type: 'run' }> | undefined
  #run: string | undefined
  #metrics: MLflowMetric[] = []

  constructor(options: MLflowLoggerOptions) {
    checkOptions<MLflowLoggerOptions>('MLflowLogger', options, {
      ...{ ...runLoggerKinds, uri: kind.string, experiment: kind.string, headers: kind.object },
    })
    const { uri, experiment = 'Default', headers = {}, ...rest } = options
    if (!/^https?:\/\//.test(uri ?? ''))
      throw typeError(
        'wrong-argument',
        `MLflowLogger takes the address of a tracking server, such as 'http://127.0.0.1:5000', but got ${show(uri)}.`,
      )
    super(rest)
    this.#uri = uri.replace(/\/+$/, '')
    this.#experiment = experiment
    this.#headers = headers
  }

  /** The run of the fit under way or the last one, as the server calls it. */
  get runId(): string | undefined {
    return this.#run
  }

  override async hear(event: RunEvent): Promise<void> {
    if (event.type === 'run') this.#described = event
    else if (event.type === 'fit' || event.type === 'resume') await this.#begin(event)
    else if (event.type === 'end') await this.#end(event)
    else this.#metrics.push(...metricsOf(event))
  }

  override async flush(): Promise<void> {
    while (this.#run && this.#metrics.length > 0) {
      await this.#post('runs/log-batch', { run_id: this.#run, metrics: this.#metrics.slice(0, mostMetrics) })
      this.#metrics = this.#metrics.slice(mostMetrics)
    }
  }

  async #begin({ type, time, fit, ...event }: Extract<RunEvent, { type: 'fit' | 'resume' }>): Promise<void> {
    this.#run = undefined
    const { hparams = {}, description = {}, commit } = this.#described ?? {}
    const run_name = `${this.runName} fit ${fit}`
    const tags = [
      ...tagsOf({ 'mlflow.runName': run_name, 'mlflow.source.git.commit': commit }),
      ...tagsOf({
        onecycle: JSON.stringify(description),
        ...(type === 'resume' && { 'onecycle.batches_before': 'batches' in event && event.batches }),
      }),
    ]
    const experiment_id = await this.#experimentId()
    const { run } = await this.#post('runs/create', { experiment_id, start_time: time, run_name, tags })
    this.#run = (run as { info: { run_id: string } }).info.run_id
    const params = Object.entries(hparams).map(([key, value]) => ({ key, value: textOf(value).slice(0, longestParam) }))
    for (let i = 0; i < params.length; i += mostParams)
      await this.#post('runs/log-batch', { run_id: this.#run, params: params.slice(i, i + mostParams) })
  }

  async #end({ time, reason, error }: Extract<RunEvent, { type: 'end' }>): Promise<void> {
    await this.flush()
    if (!this.#run) return
    for (const tag of tagsOf({ 'onecycle.reason': reason, 'onecycle.error': error }))
      await this.#post('runs/set-tag', { run_id: this.#run, ...tag })
    const status = reason === 'completed' || reason === 'stopped' ? 'FINISHED' : reason === 'interrupted' ? 'KILLED' : 'FAILED'
    await this.#post('runs/update', { run_id: this.#run, status, end_time: time })
  }

  async #experimentId(): Promise<string> {
    const name = encodeURIComponent(this.#experiment)
    const found = await this.#ask(`experiments/get-by-name?experiment_name=${name}`)
    if (found.ok) return (found.answer['experiment'] as { experiment_id: string }).experiment_id
    return String((await this.#post('experiments/create', { name: this.#experiment }))['experiment_id'])
  }

  async #post(path: string, body: object): Promise<Record<string, unknown>> {
    const { ok, status, answer } = await this.#ask(path, body)
    if (!ok)
      throw plainError(
        'mlflow',
        `The MLflow server at ${this.#uri} answered ${status} to ${path}: ${textOf(answer['message'] ?? answer)}`,
      )
    return answer
  }

  async #ask(path: string, body?: object): Promise<{ ok: boolean; status: number; answer: Record<string, unknown> }> {
    const response = await fetch(`${this.#uri}/api/2.0/mlflow/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'Content-Type': 'application/json', ...this.#headers },
      ...(body && { body: JSON.stringify(body) }),
    }).catch(cause => {
      const why = ((cause as Error).cause as Error | undefined)?.message ?? (cause as Error).message
      throw plainError('mlflow', `The MLflow server at ${this.#uri} does not answer: ${why}`, { cause })
    })
    const text = await response.text()
    return { ok: response.ok, status: response.status, answer: answerIn(text) }
  }
}

function answerIn(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return { message: text.slice(0, 200) }
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}

function tagsOf(tags: Readonly<Record<string, unknown>>): { key: string; value: string }[] {
  const there = Object.entries(tags).filter(([, value]) => value !== undefined && value !== false)
  return there.map(([key, value]) => ({ key, value: textOf(value).slice(0, 5000) }))
}

/** Figures that the server keeps: it refuses what is no finite number. */
function metricsOf(event: RunEvent): MLflowMetric[] {
  const { time: timestamp } = event
  const of = (step: number, figures: Readonly<Record<string, number | null | undefined>>) =>
    Object.entries(figures).flatMap(([key, value]) =>
      Number.isFinite(value) ? [{ key: key.replace(/[^\w./ -]/g, '_'), value: value!, timestamp, step }] : [],
    )
  if (event.type === 'batches') {
    const { first, losses, smooth_losses, lrs, moms, hps = {} } = event
    return lrs.flatMap((lr, i) => {
      const others = Object.fromEntries(Object.entries(hps).map(([name, values]) => [name, values[i]]))
      return of(first + i + 1, { train_loss: losses[i], smooth_loss: smooth_losses[i], lr, mom: moms[i], ...others })
    })
  }
  if (event.type === 'epoch') {
    const { epoch, train_loss: _, time, ...figures } = event.row
    return of(event.batches, { epoch: epoch + 1, epoch_seconds: time, ...figures })
  }
  return event.type === 'scalar' ? of(event.batch, { [event.name]: event.value }) : []
}
