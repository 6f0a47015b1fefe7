/** Starts the page: what it reads from is opened by the first look at it. */
import { render } from 'preact';
import { startLanguage } from '../texts/language.js';
import { App } from './app.js';
import './style/base.css';
import './style/parts.css';
import './style/texts.css';
import './style/pictures.css';
import './style/open-round.css';
import './style/lineage.css';
import './style/forms.css';
import './style/figures.css';

const place = document.getElementById('page')!;
void startLanguage({ storage: localStorage, asked: navigator.language }).then(() => {
  place.replaceChildren();
  render(<App />, place);
});
