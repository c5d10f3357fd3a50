import { type ScheduleOption, schedules } from '@onecycle/callbacks'
import { type ScheduleTable, type ScheduleValues, schedule_table } from '@onecycle/callbacks/internal'
import type { Plot } from '@onecycle/plot'
import { plot_schedule } from '@onecycle/recorder'
import { type Command, Option } from 'commander'
import { examples } from '../examples.js'
import { eachNumber, finiteNumber, wholeNumber } from '../options.js'

/** Gives the `schedule` command a command of its own for every schedule there is. */
export function addSchedules(command: Command): void {
  command
    .helpCommand(false)
    .addHelpText(
      'after',
      examples(
        ['onecycle schedule one_cycle --lr 5e-2 --epochs 2 --batches 193', 'draws it here'],
        ['onecycle schedule cyclic_lr --step_size 200 --epochs 10 --out clr.png', 'as a picture'],
        ['onecycle schedule sgdr --lr 1e-2 --epochs 7 --json', 'every value'],
        ['onecycle schedule one_cycle --help', 'what can be set'],
      ),
    )
  for (const [name, { description, options }] of Object.entries(schedules)) {
    const one = command
      .command(name)
      .description(description)
      .option('--epochs <n>', 'epochs of the fit it is drawn for', wholeNumber(1), 1)
      .option('--batches <n>', 'batches of an epoch', wholeNumber(1), 100)
      .option('--json', 'print every value as JSON: steps, lr and mom')
      .option('--out <file>', 'write a picture (.svg, .png, .html) or its Vega-Lite specification (.json)')
      .action(given => show(name, given))
    for (const [key, option] of Object.entries(options)) one.addOption(commandOption(key, option))
  }
}

interface Given {
  epochs: number
  batches: number
  json?: boolean
  out?: string
  [option: string]: unknown
}

async function show(name: string, { epochs, batches, json, out, ...values }: Given): Promise<void> {
  const table = schedule_table(name, values as ScheduleValues, { epochs, batches })
  if (json) console.log(JSON.stringify(table))
  else if (!out) console.log(draw(table).draw())
  if (out) {
    await draw(table).save(out)
    if (!json) console.log(out)
  }
}

function draw({ lr, mom }: ScheduleTable): Plot {
  return plot_schedule({ lr, ...(mom && { mom }) }, { show: false })
}

function commandOption(key: string, { description, type, choices, default: value }: ScheduleOption): Option {
  const text = value === undefined ? `${description} (needed)` : `${description} (default: ${value})`
  const option = new Option(type === 'numbers' ? `--${key} <values...>` : `--${key} <value>`, text)
  if (value === undefined) option.makeOptionMandatory()
  if (type === 'choice') return option.choices([...choices!])
  return type === 'numbers' ? option.argParser(eachNumber) : option.argParser(finiteNumber)
}
