// Photos are made smaller before they travel: on a phone with a weak signal that is the difference
// between sent and given up. Without this the form works all the same.
(() => {
  "use strict";
  const SIDE = 2400;
  const SMALL = 900 * 1024;

  async function smaller(file) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= SMALL) return file;
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  }

  for (const field of document.querySelectorAll("input[type=file][data-shrink]")) {
    if (!window.createImageBitmap || !window.DataTransfer) break;
    let busy = null;
    field.addEventListener("change", () => {
      busy = (async () => {
        const chosen = new DataTransfer();
        for (const file of field.files) chosen.items.add(await smaller(file).catch(() => file));
        field.files = chosen.files;
        busy = null;
      })();
    });
    // Whoever is faster than that waits for it.
    field.form.addEventListener("submit", (event) => {
      if (!busy) return;
      event.preventDefault();
      const by = event.submitter;
      busy.then(() => field.form.requestSubmit(by));
    });
  }
  document.getElementById("errors")?.focus();
})();
