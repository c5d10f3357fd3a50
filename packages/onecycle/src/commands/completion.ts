import type { Command } from 'commander'

/** A script for a shell that completes commands and their options: what is typed is looked up in the words that it lists. */
export function completion(program: Command, shell: 'bash' | 'zsh' | 'fish'): string {
  const commands = program.commands.map(command => ({
    name: command.name(),
    description: command.description(),
    words: [
      ...command.commands.map(each => each.name()),
      ...command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => (long ? [long] : [])),
    ],
  }))
  if (shell === 'fish') return fish(commands)
  const script = bash(commands)
  return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`
}

interface Completed {
  readonly name: string
  readonly description: string
  readonly words: readonly string[]
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, words }) => `    ${name}) words="${words.join(' ')}" ;;`)
  return `_onecycle() {
  local words="${commands.map(({ name }) => name).join(' ')} --help --version"
  local current="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -gt 1 ]; then case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _onecycle onecycle`
}

function fish(commands: readonly Completed[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", '')}'`
  return commands
    .flatMap(({ name, description, words }) => [
      `complete -c onecycle -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...words.map(word =>
        word.startsWith('--')
          ? `complete -c onecycle -n '__fish_seen_subcommand_from ${name}' -l ${word.slice(2)}`
          : `complete -c onecycle -n '__fish_seen_subcommand_from ${name}' -a ${word}`,
      ),
    ])
    .join('\n')
}
