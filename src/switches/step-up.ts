/** The route of the demo origin that challenges for a scope, and the scope that it requires. */
export const STEP_UP = { path: '/step-up', scope: 'demo:write' } as const
