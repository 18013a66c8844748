// The little of Node that the scenario uses.
declare const process: { env: Record<string, string | undefined>; exitCode: number };
