// Photographs a page and hands the file to the Streamlit uploader whose class is `data.uploader`.
// camera.py says why and holds the sentences, `data.words`; camera.html holds the elements.

// More than a laptop's camera has and about what a phone's has (12 megapixels): as an ideal, the browser opens
// the camera at the nearest it can do, where without a wish it takes 640 x 480.
const CAMERA = { facingMode: { ideal: "environment" }, width: { ideal: 4096 }, height: { ideal: 3072 } };
// Above the 0.92 of browsers: the pen line of an ECG is about three pixels wide, and JPEG blurs such lines first.
const JPEG_QUALITY = 0.95;
// Two minutes: as long as Streamlit keeps a session whose connection is lost.
const [TRIES, PAUSE_MS] = [480, 250];

export default function ({ parentElement, data }) {
  const { uploader, words } = data;
  const find = (selector) => parentElement.querySelector(selector);
  const [own, open, take, close] = [".own", ".open", ".take", ".close"].map(find);
  const [picker, live, video, status] = ["input", ".live", "video", "[role=status]"].map(find);
  let stream = null;
  let removed = false;

  const say = (text) => {
    status.textContent = text;
  };

  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = video.srcObject = null;
    live.hidden = true;
    find(".ways").hidden = false;
  };

  const start = async () => {
    open.disabled = true;
    say(words.opening);
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ video: CAMERA, audio: false });
      if (removed) return opened.getTracks().forEach((track) => track.stop());
      stream = video.srcObject = opened;
      await video.play();
      live.hidden = false;
      find(".ways").hidden = true;
      say("");
      take.focus({ preventScroll: true });
      live.scrollIntoView({ block: "nearest" });
    } catch (error) {
      stop();
      say(words[error.name] ?? words.other);
    } finally {
      open.disabled = false;
    }
  };

  // A phone may drop the connection while its own camera is open; until it is back, Streamlit's uploader is disabled
  // and would lose the photo without a word.
  const readyUploader = async () => {
    for (let tried = 0; tried < TRIES && !removed; tried++) {
      const input = document.querySelector(`.${uploader} :not([aria-disabled=true]) > input[type=file]`);
      if (input) return input;
      await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    }
    return null;
  };

  const handOver = async (file) => {
    say(words.sending);
    const input = await readyUploader();
    if (!input) return say(words.unsent);
    const chosen = new DataTransfer();
    chosen.items.add(file);
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const photograph = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    stop();
    const send = (blob) => (blob ? handOver(new File([blob], "photo.jpg", { type: blob.type })) : say(words.unsent));
    canvas.toBlob(send, "image/jpeg", JPEG_QUALITY);
  };

  own.onclick = () => {
    picker.value = ""; // else the same photo chosen again would be no change
    picker.click();
  };
  picker.onchange = () => picker.files.length && handOver(picker.files[0]);
  open.onclick = start;
  take.onclick = photograph;
  close.onclick = () => {
    stop();
    open.focus();
  };

  own.hidden = !matchMedia("(pointer: coarse)").matches;
  open.hidden = !navigator.mediaDevices?.getUserMedia;
  open.classList.toggle("first", own.hidden);
  if (!window.isSecureContext) say(own.hidden ? words.needs_https : words.needs_no_https);
  else if (open.hidden) say(words.NotFoundError);
  return () => {
    removed = true;
    stop();
  };
}
