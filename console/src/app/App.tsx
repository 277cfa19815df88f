import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import { queryClient } from '../api/queries';
import { setLanguage, setZone } from '../lib/settings';
import { browserZone } from '../lib/times';
import { type Language, loadWords, type Words, WordsContext } from '../messages';
import { router } from './router';

interface Choices {
  chooseLanguage: (language: Language) => void;
  chooseZone: (zone: string | null) => void;
}
const ChoicesContext = createContext<Choices>({ chooseLanguage: () => {}, chooseZone: () => {} });
export const useChoices = (): Choices => useContext(ChoicesContext);

export function App({ first }: { first: Words }) {
  const [words, setWords] = useState(first);
  useEffect(() => {
    document.documentElement.lang = words.language;
  }, [words.language]);
  const choices = useMemo<Choices>(
    () => ({
      chooseLanguage: (language) => {
        setLanguage(language);
        void loadWords(language).then(setWords);
      },
      chooseZone: (zone) => {
        setZone(zone);
        setWords((now) => ({ ...now, zone: zone ?? browserZone() }));
      },
    }),
    [],
  );
  return (
    <QueryClientProvider client={queryClient}>
      <WordsContext.Provider value={words}>
        <ChoicesContext.Provider value={choices}>
          <RouterProvider router={router} />
        </ChoicesContext.Provider>
      </WordsContext.Provider>
    </QueryClientProvider>
  );
}
