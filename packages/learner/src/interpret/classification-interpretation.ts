import { checkCount, checkNumber, checkOptions, kind, plainError, standardOutput, typeError, writeTo } from '@onecycle/platform'
import { type Axis, Plot, type Series, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { type Answers, type Reading, type Scores, scoresOf } from '../metric/answers.js'
import { averagePrecision, precisionRecallPoints, type Ranked, rocArea, rocPoints } from '../metric/rank-curves.js'
import { rankedOf } from '../metric/ranked.js'
import { Tallies } from '../metric/tallies.js'
import { type CalibrationBin, calibrationBins, calibrationError } from './calibration.js'
import type { Interpreted } from './check-learner.js'
import { type ClassificationReport, reportOf, reportTable } from './classification-report.js'
import { confusionOf, confusionPanel, mostConfused } from './confusion.js'
import { Interpretation, type InterpretationOptions, lookAt, type Seen } from './interpretation.js'
import { answersFrom, probabilitiesOf } from './probabilities.js'
import type { Column, Marks } from './samples-panel.js'

/** What a plot of confusions is given: whether rows are fractions, and where it is shown. */
export interface ConfusionMatrixOptions extends ShowOptions {
  /** Whether counts become shares of their class, which is a row. Default false. */
  normalize?: boolean | undefined
}

/** What a calibration is given: into how many bins probabilities are put. */
export interface CalibrationOptions {
  /** Parts of equal width that probabilities from 0 to 1 are divided into. Default 10. */
  bins?: number | undefined
}

/** Curves that colours can tell apart, beside that of chance. */
const mostCurves = 7

/** What is kept of a classifier's outputs. */
interface Kept {
  readonly scores: Scores
  readonly holds: Reading['holds']
  readonly classes: readonly string[]
}

/**
 * What a classifier does right and wrong: which classes it takes for each other, which samples it does worst at, how its curves run, and
 * whether it means the probabilities that it gives. All of it of one pass over the validation data, or other data; weights of samples are respected, and
 * classes are called as in `data.classes`. Places are samples, or the pixels or steps of them.
 *
 * Source: fastai's `ClassificationInterpretation`; figures as scikit-learn's.
 *
 * @example
 * const interp = await ClassificationInterpretation.from_learner(learn)
 * await interp.plot_confusion_matrix({ normalize: true }).save('runs/confusion.png')
 * console.log(interp.most_confused(2))   // [['4', '9', 7], ...]: sevenfold 4 was taken for 9
 */
export class ClassificationInterpretation extends Interpretation {
  static override readonly name: string = 'ClassificationInterpretation'
  /** Names of classes or labels, in the order of their numbers. */
  readonly classes: readonly string[]
  readonly #kept: Kept
  readonly #probabilities: Float64Array
  readonly #answers: Answers

  private constructor(seen: Seen, kept: Kept) {
    super(seen)
    this.classes = kept.classes
    this.#kept = kept
    this.#probabilities = probabilitiesOf(kept.scores, kept.holds)
    this.#answers = answersFrom(kept.scores, this.#probabilities)
  }

  /**
   * Looks at every sample once: predictions, targets and losses are kept in memory, inputs are not.
   *
   * @throws TypeError for what is no Learner, without validation data, for several outputs, or where the targets are values; RangeError where
   * outputs and targets are no classes
   */
  static async from_learner(learn: Interpreted, options: InterpretationOptions = {}): Promise<ClassificationInterpretation> {
    const [seen, kept] = await lookAt('ClassificationInterpretation', learn, options, async sight => {
      const { outputs, targets, weights, classes } = sight
      const { holds = 'logits', binary } = sight.predictions
      const reading: Reading = { what: 'ClassificationInterpretation', multiLabel: binary, holds, thresh: 0.5 }
      const scores = await scoresOf(outputs, targets, weights, reading)
      const names = Array.from({ length: scores.classes }, (_, i) => classes?.[i] ?? String(i))
      return { scores, holds, classes: names }
    })
    return new ClassificationInterpretation(seen, kept)
  }

  columns(): Column[] {
    const { form, actual, predicted } = this.#answers
    const { classes } = this
    if (actual.length > this.losses.length * (form === 'labels' ? classes.length : 1)) return []
    if (form === 'labels') {
      const yes = (of: Int32Array, i: number) => classes.filter((_, c) => of[i * classes.length + c]).join(', ') || '-'
      return [
        { name: 'predicted', of: i => yes(predicted, i) },
        { name: 'actual', of: i => yes(actual, i) },
      ]
    }
    return [
      { name: 'predicted', of: i => classes[predicted[i]!]! },
      { name: 'actual', of: i => classes[actual[i]!]! },
      { name: 'probability', of: i => this.#probabilities[i * classes.length + predicted[i]!]!.toFixed(2) },
    ]
  }

  override marks(index: number): Marks | undefined {
    const { form, actual, predicted } = this.#answers
    const places = actual.length / this.losses.length
    if (form === 'labels' || places === 1) return undefined
    const [from, to] = [index * places, (index + 1) * places]
    return { predicted: predicted.subarray(from, to), actual: actual.subarray(from, to) }
  }

  // ------------------------------------------------------------------------------------------------ what is taken for what

  /**
   * How often each class (row) was taken for each (column): of places, or what these count by their weights.
   *
   * @throws TypeError for labels that are each a yes or no: they are not taken for each other
   */
  confusion_matrix(): number[][] {
    this.#requireClasses('confusion_matrix')
    return confusionOf(this.#answers)
  }

  /** {@link confusion_matrix} as a heat map. Throws as that does. */
  plot_confusion_matrix(options: ConfusionMatrixOptions = {}): Plot {
    checkOptions<ConfusionMatrixOptions>('plot_confusion_matrix', options, { ...showKinds, normalize: kind.boolean })
    const { normalize = false, ...how } = options
    return new Plot({ panels: [confusionPanel(this.confusion_matrix(), this.classes, normalize)] }).present(how)
  }

  /**
   * Pairs of classes that were taken for each other at least `min_val` times, the most frequent first: `[actual, predicted, how often]`. Throws as
   * {@link confusion_matrix}.
   *
   * @param min_val default 1
   */
  most_confused(min_val = 1): [actual: string, predicted: string, count: number][] {
    checkNumber('min_val', min_val, { min: 0 })
    this.#requireClasses('most_confused')
    return mostConfused(this.confusion_matrix(), this.classes, min_val)
  }

  /** Precision, recall and F1 of each class, and their means over all classes. Plain data; {@link print_classification_report} shows it. */
  classification_report(): ClassificationReport {
    const tallies = new Tallies(this.#answers)
    tallies.add(this.#answers)
    return reportOf(tallies, this.classes)
  }

  /** Writes {@link classification_report} to standard output, in scikit-learn's form. */
  print_classification_report(): void {
    writeTo(standardOutput(), `${reportTable(this.classification_report())}\n`)
  }

  // ------------------------------------------------------------------------------------------------ curves

  /**
   * Receiver operating characteristic of each class against all others, with the area under it; of two classes that of the second.
   *
   * @throws Error where no class has a curve, as all places are of one
   */
  plot_roc(options: ShowOptions = {}): Plot {
    checkOptions<ShowOptions>('plot_roc', options, showKinds)
    const [x, y] = [{ label: 'False positive rate' }, { label: 'True positive rate' }]
    const chance: Series = { name: 'chance', style: 'faint', color: mostCurves, points: [[0, 0], [1, 1]] } // biome-ignore format: short
    const curve = (ranked: Ranked) => ({ area: rocArea(ranked), points: rocPoints(ranked) })
    return this.#curves('Receiver operating characteristic', 'area under the curve', x, y, curve, [chance]).present(options)
  }

  /**
   * Precision over recall of each class against all others, with its average precision; of two classes those of the second.
   *
   * @throws Error where no class has a curve
   */
  plot_precision_recall(options: ShowOptions = {}): Plot {
    checkOptions<ShowOptions>('plot_precision_recall', options, showKinds)
    const [x, y] = [{ label: 'Recall' }, { label: 'Precision' }]
    const curve = (ranked: Ranked) => ({ area: averagePrecision(ranked), points: stairs(precisionRecallPoints(ranked)) })
    return this.#curves('Precision and recall', 'average precision', x, y, curve).present(options)
  }

  #curves(
    title: string,
    figure: string,
    x: Axis,
    y: Axis,
    curve: (ranked: Ranked) => { area: number; points: [number, number][] },
    more: Series[] = [],
  ): Plot {
    const all = rankedOf([this.#kept.scores], this.#kept.holds)
    const names = all.length === 1 ? [this.classes.at(-1)!] : this.classes
    const drawn = all
      .map((ranked, i) => ({ ...curve(ranked), name: names[i]! }))
      .filter(({ points }) => points.at(-1)!.every(Number.isFinite))
    if (drawn.length === 0)
      throw plainError('one-class', `There is no curve to draw: all ${this.#answers.actual.length} targets are of one class.`)
    const lowest = new Set(drawn.toSorted((a, b) => a.area - b.area).slice(0, mostCurves))
    const series = drawn
      .filter(each => lowest.has(each))
      .map(({ name, area, points }, i): Series => ({ name: `${area.toFixed(3)} (${name})`, style: 'line', color: i, points }))
    const those = drawn.length > mostCurves ? `${mostCurves} of ${drawn.length} classes, those of the lowest ` : ''
    // A single curve has no legend.
    const [only] = drawn.length === 1 ? drawn : []
    const subtitle = only ? `${figure}, of ${only.name}: ${only.area.toFixed(3)}` : `${those}${figure}`
    return new Plot({ title, subtitle, panels: [{ title: '', x, y, series: [...more, ...series] }] })
  }

  // ------------------------------------------------------------------------------------------------ whether it means what it says

  /**
   * Answers by how sure they are: in each part, how sure on average, which share of them is right, and how many they are. Of classes the
   * answer is the most likely one, of labels each label.
   */
  calibration(options: CalibrationOptions = {}): CalibrationBin[] {
    checkOptions<CalibrationOptions>('calibration', options, { bins: kind.number })
    const bins = checkCount('bins', options.bins ?? 10)
    const { form, actual, predicted, weights } = this.#answers
    const classes = this.classes.length
    if (form === 'labels') {
      const each = weights && Float64Array.from(actual, (_, i) => weights[Math.floor(i / classes)]!)
      return calibrationBins({ confidence: this.#probabilities, right: actual, weights: each }, bins)
    }
    const confidence = Float64Array.from(predicted, (answer, i) => this.#probabilities[i * classes + answer]!)
    return calibrationBins({ confidence, right: actual.map((truth, i) => Number(truth === predicted[i])), weights }, bins)
  }

  /**
   * Expected calibration error: how far what is right is from how sure the answers are, on average. 0 is a model that means what it says.
   * Source: Guo et al. 2017 (arXiv:1706.04599).
   */
  calibration_error(options: CalibrationOptions = {}): number {
    return calibrationError(this.calibration(options))
  }

  /** A reliability diagram: the share of right answers over how sure they are, and the line where both are equal. */
  plot_calibration(options: CalibrationOptions & ShowOptions = {}): Plot {
    checkOptions('plot_calibration', options, { ...showKinds, bins: kind.number })
    const { show, ...how } = options
    const bins = this.calibration(how)
    const points = bins.map(({ confidence, accuracy }): [number, number] => [confidence, accuracy])
    const title = `Calibration, expected error ${calibrationError(bins).toFixed(3)}`
    const exact: Series = { name: 'exact', style: 'faint', color: mostCurves, points: [[0, 0], [1, 1]] } // biome-ignore format: short
    const series: Series[] = [exact, { name: 'answers', style: 'points', points }]
    return new Plot({
      panels: [{ title, x: { label: 'Mean probability of the answers' }, y: { label: 'Share that is right' }, series }],
    }).present({ show })
  }

  #requireClasses(what: string): void {
    if (this.#answers.form !== 'labels') return
    throw typeError(
      'multilabel-figure',
      `${what} is of classes that are taken for each other, but here each of ${this.classes.length} labels is a yes or no of its own. ` +
        'classification_report, plot_roc and plot_precision_recall have the figures of each.',
    )
  }
}

/** A precision holds from the recall before it on: between two thresholds nothing is made up. */
function stairs(points: readonly [number, number][]): [number, number][] {
  return points.flatMap(([recall, precision], i): [number, number][] => [
    [points[i - 1]?.[0] ?? 0, precision],
    [recall, precision],
  ])
}
