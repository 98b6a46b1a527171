import '@cloudscape-design/global-styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router-dom';
import { Localized } from './localized.tsx';
import { Root } from './root.tsx';
import { applyTheme, language } from './settings.ts';
import './styles.css';

applyTheme();
document.documentElement.lang = language();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <BrowserRouter basename="/console">
      <Localized>
        <Root />
      </Localized>
    </BrowserRouter>
  </StrictMode>,
);
