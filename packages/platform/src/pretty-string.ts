/**
 * A text of several lines that consoles, REPLs and notebooks show as it is, and not as a literal with `\n` in it. All else that a string can, it can;
 * `String(text)` is the string itself.
 *
 * Source: fastai's `PrettyString`.
 *
 * @example
 * const table = new PrettyString('layer  parameters\ndense  15')
 * console.log(table)
 * table.split('\n').length   // 2
 */
export class PrettyString extends String {
  static override readonly name: string = 'PrettyString';

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
