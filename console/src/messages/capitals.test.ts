import { expect, test } from 'vitest';
import { first } from './en/first';
import { rest } from './en/rest';

// Labels, headings and what can be pressed are written like the names of the service's own actions:
// "Create Server Backup". Values, hints, options to tick and whole sentences are not.
const verbs =
  'Add|Apply|Associate|Cancel|Clear|Create|Delete|Disable|Dissociate|Edit|Enable|Expand|Log|Make|Migrate|' +
  'Perform|Reduce|Remove|Send|Set|Share|Show|View';
const small = new Set('a an and as at before by for from of on or per the to with'.split(' '));
/** Options and kinds of task begin with a verb, too. */
const others = /^(hosts\.from_here|task\.kind|backup\.(create|use)_vault|image\.delete_backup|keys\.)/;

test('what can be pressed is written in capitals, sentences are not', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const [key, entry] of Object.entries({ ...first, ...rest })) {
    for (const text of typeof entry === 'string' ? [entry] : [entry.one, entry.other]) {
      if (!new RegExp(`^(${verbs})\\b`).test(text) || /[.?:,]/.test(text) || others.test(key)) continue;
      seen += 1;
      const words = text.replaceAll(/\{\w+\}/g, '').split(/\s+/);
      if (words.some((word) => /^\p{Ll}/u.test(word) && !small.has(word))) wrong.push(`${key}: ${text}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(100);
});
