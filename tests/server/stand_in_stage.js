/** For tests only: the interface of the face stage with a plainly drawn head, at no cost. */
export class FaceStage {
  constructor(canvas, options = {}) {
    this.canvas = canvas;
    this.options = { ...options };
    this.self = this; // as entangled as a real stage: whoever copies it runs in a circle
    this.context = canvas.getContext("2d");
  }
  async load(identity) {
    if (!/^[fm]\d\d$/.test(identity)) throw new Error(`nobody is called ${identity}`);
  }
  set(amplitudes, pose = {}) {
    this.sum = Object.values(amplitudes).reduce((a, b) => a + b, 0);
    this.yaw = pose.yaw_deg ?? 0;
  }
  render() {
    const { width, height } = this.canvas;
    this.context.fillStyle = "#888";
    this.context.fillRect(0, 0, width, height);
    this.context.fillStyle = `hsl(${this.sum * 60} 40% 60%)`;
    this.context.fillRect(width / 4 + this.yaw, height / 4, width / 2, height / 2);
  }
  dispose() {}
}
