// What roles allow, as the server reads them: an action is `service:type:operation`, a pattern has three
// parts as well, in each of which `*` stands for any characters, and letters are compared without case.
import type { Rights } from '../api/types';

const fits = (pattern: string, text: string): boolean => {
  // Letters, digits, `_` and `-` are all that patterns have beside the star.
  const expression = pattern.replace(/[^\w*-]/g, '').replaceAll('*', '.*');
  return new RegExp(`^${expression}$`, 'i').test(text);
};

function covers(pattern: string, action: string): boolean {
  const [wanted, asked] = [pattern.split(':'), action.split(':')];
  return wanted.length === asked.length && wanted.every((each, at) => fits(each, asked[at] ?? ''));
}

/** Whether an action is allowed by some role, and denied by none. */
export function may(rights: Rights, action: string): boolean {
  const some = (patterns: readonly string[]) => patterns.some((pattern) => covers(pattern, action));
  return !some(rights.deny) && rights.roles.some((role) => some(role.allow) && !some(role.except));
}
