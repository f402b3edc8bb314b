// A short tone for new messages, for whoever has switched it on.
import { keep, kept } from "./kept.js";

const [LENGTH, VOLUME] = [0.25, 0.08]; // seconds, of 1
let audio = null;

export const isOn = () => kept("sound") === "on";

export function switchOn(wanted) {
  keep("sound", wanted ? "on" : null);
  if (wanted) ring();
}

export function ring() {
  if (!isOn()) return;
  audio ??= new AudioContext();
  audio.resume().catch(() => {}); // a page that nobody has touched must be silent
  const [tone, gain] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = 740;
  gain.gain.setValueAtTime(VOLUME, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + LENGTH);
  tone.connect(gain).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + LENGTH);
}
