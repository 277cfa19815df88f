import { lazy, Suspense, useEffect, useState } from 'react';
import { onSessionLost } from '../api/client';

const LoginAgainDialog = lazy(() => import('./LoginAgainDialog'));

/** Asks for the password again when the session has ended. */
export function LoginAgain() {
  const [lost, setLost] = useState(false);
  useEffect(() => onSessionLost(() => setLost(true)), []);
  return lost ? (
    <Suspense>
      <LoginAgainDialog onDone={() => setLost(false)} />
    </Suspense>
  ) : null;
}
