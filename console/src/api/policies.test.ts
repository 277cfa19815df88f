import { expect, test } from 'vitest';
import { policiesLeft } from './policies';

test('policies that are left: of the service’s limit for each type, or of a quota that is tighter', () => {
  const some = (backup: number, replication: number) => [
    ...Array.from({ length: backup }, () => ({ operation_type: 'backup' as const })),
    ...Array.from({ length: replication }, () => ({ operation_type: 'replication' as const })),
  ];
  expect(policiesLeft(some(2, 0), null)).toEqual({ n: 30, all: 32 });
  expect(policiesLeft(some(2, 5), null)).toEqual({ n: 30, all: 32 });
  expect(policiesLeft(some(2, 5), 100)).toEqual({ n: 30, all: 32 });
  expect(policiesLeft(some(2, 1), 5)).toEqual({ n: 2, all: 5 });
  expect(policiesLeft(some(3, 1), 2)).toEqual({ n: 0, all: 2 });
});
