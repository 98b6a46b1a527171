import '@cloudscape-design/global-styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, RouterProvider } from 'react-router-dom';
import { Localized } from './localized.tsx';
import { Root } from './root.tsx';
import { applyTheme, language } from './settings.ts';
import './styles.css';

applyTheme();
document.documentElement.lang = language();
const page = (
  <Localized>
    <Root />
  </Localized>
);
const router = createBrowserRouter([{ path: '*', element: page }], { basename: '/console' });
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <RouterProvider router={router} />
  </StrictMode>,
);
