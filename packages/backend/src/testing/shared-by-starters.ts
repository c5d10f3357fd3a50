// Runs before each test file that shares a process with others and has no backend of its own (see vitest.config.ts).
import { leavesNothing } from './surroundings.js'

leavesNothing()
