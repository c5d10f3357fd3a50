import type { Command, Option } from 'commander'

export type Shell = 'bash' | 'zsh' | 'fish'

/** A command as shells complete it. */
interface Completed {
  /** The words that lead to it: 'runs list'. */
  readonly path: string
  readonly description: string
  readonly commands: readonly Command[]
  readonly options: readonly Option[]
  /** Words that its argument may be. */
  readonly words: string
}

/** A script for a shell that completes commands, options, what options may be, and names of runs. */
export function completion(program: Command, shell: Shell): string {
  const all = commandsOf(program, [])
  if (shell === 'fish') return fish(all)
  const script = bash(all)
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`
}

function commandsOf(command: Command, path: readonly string[]): Completed[] {
  const here: Completed = {
    path: path.join(' '),
    description: command.description(),
    commands: command.commands,
    options: [...command.createHelp().visibleOptions(command)],
    words: wordsFor(path),
  }
  return [here, ...command.commands.flatMap(each => commandsOf(each, [...path, each.name()]))]
}

function wordsFor(path: readonly string[]): string {
  if (path[0] === 'completion') return 'bash zsh fish'
  // Runs by their names, where a command looks for them in a folder.
  return path[0] === 'runs' && path.length > 1 && path[1] !== 'list' ? '$(ls runs 2>/dev/null)' : ''
}

const flags = ({ options }: Completed) => options.flatMap(({ long, short }) => long ?? short ?? [])

/** Options that take one of a few words, and these; of those that take anything, none: there may be a file. */
const valued = ({ options }: Completed) =>
  options
    .filter(({ required, optional }) => required || optional)
    .map(({ long, argChoices }) => ({ long, choices: argChoices ?? [] }))

function bash(all: readonly Completed[]): string {
  const paths = all.flatMap(({ path }) => (path ? `"${path}"` : []))
  const values = all.flatMap(each =>
    valued(each).map(({ long, choices }) => `    "${each.path} ${long}") words="${choices.join(' ')}" ;;`),
  )
  const words = all.map(each => {
    const names = each.commands.map(command => command.name())
    return `    "${each.path}") words="${[...names, ...(each.words ? [each.words] : []), ...flags(each)].join(' ')}" ;;`
  })
  return `_onecycle() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${path:+$path }\${COMP_WORDS[i]}"
    case "$word" in ${paths.join('|')}) path="$word" ;; esac
  done
  case "$path $previous" in
${values.join('\n')}
    *) case "$path" in
${words.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _onecycle onecycle`
}

function fish(all: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", '')}'`
  return all
    .flatMap(({ path, commands, options, words }) => {
      const seen = path.split(' ').filter(Boolean)
      const within = seen.map(word => `__fish_seen_subcommand_from ${word}`)
      const names = commands.map(command => command.name()).join(' ')
      const open = [...within, ...(names ? [`not __fish_seen_subcommand_from ${names}`] : [])].join('; and ')
      const here = `complete -c onecycle -n ${path ? quoted(open) : '__fish_use_subcommand'}`
      return [
        ...commands.map(command => `${here} -f -a ${command.name()} -d ${quoted(command.description())}`),
        ...(words ? [`${here} -f -a "${words.replace('$(', '(')}"`] : []),
        ...options.map(({ long, short, description, required, argChoices }) => {
          const name = [long && `-l ${long.slice(2)}`, short && `-s ${short.slice(1)}`].filter(Boolean).join(' ')
          const value = argChoices ? ` -x -a ${quoted(argChoices.join(' '))}` : required ? ' -r' : ''
          return `${here} ${name}${value} -d ${quoted(description)}`
        }),
      ]
    })
    .join('\n')
}
