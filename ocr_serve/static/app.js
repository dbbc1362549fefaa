// The page of the reader: a picture goes to the server, words come back. No library, no build.

const $ = (id) => document.getElementById(id);
const QUESTIONS = { read: showReading, classify: showClasses };
const LEVELS = [[0.9, "sure"], [0.7, "fair"], [0, "doubtful"]];

let picture = null; // the File that was given
let question = "read";
let answers = {}; // question -> what the server said about the picture
let running = null; // the request that is on its way
let address = ""; // of the picture, for <img>

// --- a picture comes -----------------------------------------------------------------------------

for (const way of ["choose", "camera"]) {
  const input = $(`${way}-file`);
  $(way).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length) take(input.files[0]);
    input.value = ""; // the same file may be chosen again
  });
}

$("example").addEventListener("click", async () => {
  const response = await fetch("/example.jpg");
  take(new File([await response.blob()], "example.jpg", { type: "image/jpeg" }));
});

addEventListener("paste", (event) => takeFirst(event.clipboardData));
addEventListener("dragover", (event) => { event.preventDefault(); $("drop").classList.add("over"); });
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").classList.remove("over");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  if (!takeFirst(event.dataTransfer)) fail("What you dropped is no file: save the picture first.");
});

function takeFirst(data) {
  const file = data && data.files[0];
  if (file) take(file);
  return Boolean(file);
}

function take(file) {
  picture = file;
  answers = {};
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(file);
  $("picture").src = $("thing").src = address;
  $("result").hidden = $("guesses").hidden = true;
  ask();
}

$("picture").addEventListener("load", () => { $("stage").hidden = false; });
$("picture").addEventListener("error", () => { $("stage").hidden = true; }); // a TIFF file, say

// --- the server is asked ---------------------------------------------------------------------------

function ask() {
  $("error").hidden = true;
  if (!picture || answers[question]) return;
  const asked = question;
  send(`/v1/${asked}`, "json", (answer) => {
    answers[asked] = answer;
    QUESTIONS[asked](answer);
  });
}

function send(path, kind, done) {
  if (running) running.abort();
  const request = running = new XMLHttpRequest();
  request.open("POST", path);
  request.responseType = kind;
  const token = sessionStorage.getItem("token");
  if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
  request.upload.onprogress = (event) => progress("Sending the picture", event.loaded / event.total);
  request.upload.onload = () => progress("Reading");
  request.onload = () => {
    progress("");
    running = null;
    if (request.status === 200) done(request.response);
    else refused(request);
  };
  request.onerror = () => fail("The server does not answer: is it still running?");
  const form = new FormData();
  form.append("image", picture, picture.name || "picture");
  progress("Sending the picture", 0);
  request.send(form);
}

async function refused(request) {
  let answer = request.response;
  if (answer instanceof Blob) answer = JSON.parse(await answer.text());
  $("key").hidden = request.status !== 401;
  if (request.status === 401) $("token").focus();
  fail(answer ? answer.error.message : `The server answered with ${request.status}.`);
}

$("key").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("token", $("token").value);
  $("key").hidden = true;
  ask();
});

function progress(text, share) {
  $("status").textContent = text && `${text} …`;
  $("progress").hidden = !text;
  if (share === undefined) $("progress").removeAttribute("value");
  else $("progress").value = share;
}

function fail(sentence) {
  progress("");
  $("error").textContent = sentence;
  $("error").hidden = false;
}

// --- the text ----------------------------------------------------------------------------------------

function showReading({ pages }) {
  const [first] = pages;
  const words = pages.flatMap((page) => page.words);
  $("status").textContent = words.length
    ? `${count(words.length, "word")} in ${count(lineCount(pages), "line")}.`
    : "No text was found in this picture.";
  $("word").textContent = "";
  $("boxes").setAttribute("viewBox", `0 0 ${first.width} ${first.height}`);
  $("boxes").replaceChildren(...first.words.map(drawBox));
  $("text").replaceChildren(...pages.flatMap((page) => lines(page).map(writeLine)));
  number($("boxes").children);
  number(spans());
  if (spans().length) spans()[0].tabIndex = 0;
  $("result").hidden = false;
}

const spans = () => $("text").querySelectorAll("span");
const lineCount = (pages) => pages.reduce((sum, page) => sum + lines(page).length, 0);
const count = (many, what) => `${many} ${what}${many === 1 ? "" : "s"}`;
const number = (elements) => [...elements].forEach((one, n) => { one.dataset.n = n; });
const level = (word) => LEVELS.find(([least]) => (word.confidence ?? 1) >= least)[1];

function lines(page) {
  const found = [];
  for (const word of page.words) (found[word.line - 1] ??= []).push(word);
  return found;
}

function drawBox(word) {
  const box = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
  box.setAttribute("points", word.points.join(" "));
  box.setAttribute("class", level(word));
  return box;
}

function writeLine(words) {
  const line = document.createElement("p");
  words.forEach((word, n) => line.append(n ? " " : "", writeWord(word)));
  return line;
}

function writeWord(word) {
  const span = document.createElement("span");
  const sure = word.confidence === null ? "" : `, ${Math.round(100 * word.confidence)} % sure`;
  span.textContent = word.text;
  span.className = level(word);
  span.tabIndex = -1;
  span.setAttribute("role", "button");
  span.setAttribute("aria-label", word.text + sure);
  span.setAttribute("aria-pressed", "false");
  return span;
}

// One word is marked, in the picture and in the text.
function mark(n, focus) {
  for (const old of document.querySelectorAll(".on")) old.classList.remove("on");
  const box = $("boxes").children[n];
  if (box) box.classList.add("on");
  spans().forEach((span) => { span.tabIndex = -1; span.setAttribute("aria-pressed", "false"); });
  const span = spans()[n];
  span.classList.add("on");
  span.tabIndex = 0;
  span.setAttribute("aria-pressed", "true");
  if (focus) span.focus();
  span.scrollIntoView({ block: "nearest" });
  $("word").textContent = span.getAttribute("aria-label");
}

$("boxes").addEventListener("click", ({ target }) => { if (target.dataset.n) mark(+target.dataset.n); });
$("text").addEventListener("click", ({ target }) => { if (target.dataset.n) mark(+target.dataset.n); });
$("text").addEventListener("keydown", (event) => {
  const n = +event.target.dataset.n, last = spans().length - 1;
  const goal = {
    ArrowRight: n + 1, ArrowDown: n + 1, ArrowLeft: n - 1, ArrowUp: n - 1, Home: 0, End: last,
    Enter: n, " ": n,
  }[event.key];
  if (goal === undefined || Number.isNaN(n)) return;
  event.preventDefault();
  mark(Math.min(last, Math.max(0, goal)), true);
});

// --- taken along -------------------------------------------------------------------------------------

$("copy").addEventListener("click", async () => {
  const text = answers.read.pages.map((page) => page.text).join("\n\n");
  try {
    await navigator.clipboard.writeText(text); // only at https and on this machine
  } catch {
    const area = document.createElement("textarea");
    document.body.append(area);
    area.value = text;
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  $("status").textContent = "The text is copied.";
});

for (const button of document.querySelectorAll("[data-format]")) {
  const { format, ending } = button.dataset;
  button.addEventListener("click", () => {
    $("error").hidden = true;
    send(`/v1/read?format=${format}`, "blob", (blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${(picture.name || "picture").replace(/\.[^.]*$/, "")}.${ending}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      $("status").textContent = `${link.download} is saved.`;
    });
  });
}

// --- what is in it -----------------------------------------------------------------------------------

function showClasses({ classes }) {
  $("status").textContent = `Most likely: ${classes[0].name}.`;
  $("classes").replaceChildren(...classes.map(({ name, probability }) => {
    const item = document.createElement("li");
    const meter = document.createElement("meter");
    meter.value = probability;
    meter.setAttribute("aria-label", name);
    item.append(name, meter, `${(100 * probability).toFixed(1)} %`);
    return item;
  }));
  $("guesses").hidden = false;
}

// --- tabs: arrow keys go from one to the other -------------------------------------------------------

const tabs = [...document.querySelectorAll("[role=tab]")];
for (const tab of tabs) {
  tab.addEventListener("click", () => select(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) select(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length], true);
  });
}

function select(tab, focus) {
  question = tab.id.replace("tab-", "");
  for (const one of tabs) {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
    $(one.getAttribute("aria-controls")).hidden = one !== tab;
  }
  if (focus) tab.focus();
  $("status").textContent = "";
  ask();
}
