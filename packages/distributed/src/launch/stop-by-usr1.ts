// Loaded into each rank before its program. SIGUSR1 is what every mpiexec passes on to ranks without ending them soon after, and what Slurm
// warns with: it is taken for SIGTERM. Whoever hears that stops in order, and a process where nobody does ends by it. Node itself would open its
// debugger.
process.on('SIGUSR1', () => {
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(143)
})
