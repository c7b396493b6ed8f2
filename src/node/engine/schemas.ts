import * as z from 'zod'

// Otherwise zod writes and compiles a function for each schema of an object at its first use. That pays off
// after thousands of uses, and an emulator of a test has a few. workerd does not permit it at all.
z.config({ jitless: true })
