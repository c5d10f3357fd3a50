// Runs before each test file that has programs and pages do the work, and shares a process with others (see vitest.config.ts).
import { leavesNothing } from './surroundings.js'

leavesNothing()
