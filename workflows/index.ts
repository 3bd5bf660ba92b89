export { deliverCallback } from './deliver-callback';
export { generateVideo } from './generate-video';
export { keepResult } from './keep-result';
export { sweep } from './sweep';
