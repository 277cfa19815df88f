import './ui/tokens.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { compact, setCompact, singleKeys } from './lib/settings';
import { chosenLanguage, loadWords } from './messages';
import { setSingleKeys } from './ui/tableKeys';

setCompact(compact());
setSingleKeys(singleKeys);

const root = document.getElementById('root');
if (root) {
  const words = await loadWords(chosenLanguage());
  createRoot(root).render(<App first={words} />);
}
