/** Shaders of the synthetic faces (GLSL ES 3.00). Light is linear; every shader ends in sRGB. */

/** Vertices: the head turns on the neck, the shoulders stay. */
export const VERTEX = /* glsl */ `
in vec3 position; in vec3 normal; in vec2 uv; in vec4 extra;
uniform mat4 projectionMatrix, viewMatrix, head, lightView; uniform float neckY, rigid;
out vec3 place, facing; out vec2 at; out vec4 more; out vec4 lit; out vec3 own;
void main() {
  float w = max(rigid, smoothstep(5.95, 6.6, position.y - neckY + 0.35 * (position.z - 0.3)));
  vec3 turned = mix(position, (head * vec4(position, 1.0)).xyz, w);
  place = turned;
  facing = mix(normal, mat3(head) * normal, w);
  at = uv; more = extra; own = position;
  lit = lightView * vec4(turned, 1.0);
  gl_Position = projectionMatrix * viewMatrix * vec4(turned, 1.0);
}`;

/** What every lit surface needs. */
export const LIGHT = /* glsl */ `
precision highp float; precision highp int;
in vec3 place, facing; in vec2 at; in vec4 more; in vec4 lit; in vec3 own;
uniform vec3 eye; uniform sampler2D shadowMap; uniform float shadowTexel, exposure;
out vec4 colour;
const vec3 KEY = normalize(vec3(-0.52, 0.50, 0.86)), FILL = normalize(vec3(0.80, 0.10, 0.65)),
  RIM = normalize(vec3(0.55, 0.55, -0.75));
const vec3 KEY_C = vec3(1.0, 0.965, 0.92) * 2.15, FILL_C = vec3(0.90, 0.95, 1.0) * 0.62,
  RIM_C = vec3(0.85);
float shade(float slope) {
  vec3 q = lit.xyz * 0.5 + 0.5; float bias = 0.0016 + 0.005 * (1.0 - slope), s = 0.0;
  for (int i = -1; i <= 1; i++) for (int j = -1; j <= 1; j++) {
    float z = texture(shadowMap, q.xy + vec2(i, j) * shadowTexel * 2.2).r;
    s += smoothstep(-0.0016, 0.0016, z - q.z + bias);
  }
  return s / 9.0;
}
float shadeOnce() {
  vec3 q = lit.xyz * 0.5 + 0.5;
  return smoothstep(-0.004, 0.004, texture(shadowMap, q.xy).r - q.z + 0.004);
}
vec3 around(vec3 n) {
  vec3 a = mix(vec3(0.36, 0.33, 0.31), vec3(0.66, 0.69, 0.74), n.y * 0.5 + 0.5);
  return (a + vec3(0.20) * max(n.z, 0.0)) * 0.62;
}
float gloss(vec3 n, vec3 v, vec3 l, float r, float f0) {
  vec3 h = normalize(l + v);
  float nl = max(dot(n, l), 0.0), nv = max(dot(n, v), 0.02), nh = max(dot(n, h), 0.0);
  float a2 = r * r * r * r, d = nh * nh * (a2 - 1.0) + 1.0, k = (r + 1.0) * (r + 1.0) / 8.0;
  float g = 1.0 / ((nv * (1.0 - k) + k) * (nl * (1.0 - k) + k));
  float f = f0 + (1.0 - f0) * pow(1.0 - max(dot(v, h), 0.0), 5.0);
  return a2 / (3.14159 * d * d) * g * f * 0.25 * nl;
}
vec3 screen(vec3 x) {
  x *= exposure;
  x = clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
  return pow(x, vec3(1.0 / 2.2));
}
vec3 linear(vec3 x) { return pow(x, vec3(2.2)); }
`;

/**
 * Skin: wrinkles and pores as bumps, light that spreads below the surface (red furthest), two
 * lobes of gloss.
 */
export const SKIN = /* glsl */ `${LIGHT}
uniform sampler2D skin, pores, fold0, fold1, fold2;
uniform vec4 foldL[3], foldR[3]; uniform float poreSize, folded, aged;
float side;
float height(vec2 q) {
  float h = 0.0;
  if (folded > 0.0) {
    vec4 m0 = mix(foldR[0], foldL[0], side), m1 = mix(foldR[1], foldL[1], side),
      m2 = mix(foldR[2], foldL[2], side);
    h += dot(texture(fold0, q) - 0.502, m0) + dot(texture(fold1, q) - 0.502, m1)
      + dot(texture(fold2, q) - 0.502, m2);
  }
  return h;
}
void main() {
  vec3 n0 = normalize(facing), v = normalize(eye - place);
  side = smoothstep(-0.05, 0.05, at.x - 0.5);
  vec3 A = linear(texture(skin, at).rgb);
  A = mix(vec3(dot(A, vec3(0.3, 0.55, 0.15))), A, 0.86);
  float inner = more.y, shirt = smoothstep(0.35, 0.65, more.z);
  vec2 ux = dFdx(at), uy = dFdy(at);
  float h = height(at), hx = height(at + ux) - h, hy = height(at + uy) - h;
  float near = clamp(0.0011 / max(length(fwidth(at)), 1e-5) - 0.15, 0.0, 1.0);
  vec2 tile = at * vec2(11.0, 8.0);
  float p = texture(pores, tile).r;
  float px = texture(pores, tile + ux * vec2(11.0, 8.0)).r - p;
  float py = texture(pores, tile + uy * vec2(11.0, 8.0)).r - p;
  float scale = 0.036, pore = 0.010 * poreSize * near;
  hx = hx * scale + px * pore; hy = hy * scale + py * pore;
  vec3 dx = dFdx(place), dy = dFdy(place), r1 = cross(dy, n0), r2 = cross(n0, dx);
  float det = dot(dx, r1);
  vec3 slope = sign(det) * (hx * r1 + hy * r2) / max(abs(det), 1e-9);
  slope *= min(1.0, 1.1 / max(length(slope), 1e-6)) * (1.0 - shirt) * (1.0 - inner);
  vec3 n = normalize(n0 - slope);
  float groove = clamp(-h, 0.0, 0.5);
  A *= 1.0 - groove * vec3(0.55, 0.80, 0.85);
  float open = more.x;
  A = mix(A, vec3(0.20, 0.045, 0.045), inner); open = mix(open, open * 0.45, inner);
  A = mix(A, vec3(0.045, 0.052, 0.066), shirt);
  float soft = 1.0 - shirt;
  vec3 nr = normalize(mix(n, n0, 0.6 * soft)), ng = normalize(mix(n, n0, 0.25 * soft));
  vec3 wrap = vec3(0.34, 0.15, 0.09) * soft;
  vec3 key = clamp((vec3(dot(nr, KEY), dot(ng, KEY), dot(n, KEY)) + wrap) / (1.0 + wrap), 0.0, 1.0);
  vec3 fill = clamp((vec3(dot(nr, FILL), dot(ng, FILL), dot(n, FILL)) + wrap) / (1.0 + wrap), 0.0, 1.0);
  float s = shade(max(dot(n0, KEY), 0.0));
  vec3 spread = mix(vec3(s), pow(vec3(s), vec3(0.62, 0.95, 1.1)), soft);
  vec3 ao = mix(vec3(open), pow(vec3(open), vec3(0.70, 1.0, 1.1)), soft);
  vec3 E = KEY_C * key * spread * mix(vec3(1.0), ao, 0.35) + FILL_C * fill * ao
    + RIM_C * clamp(dot(n, RIM), 0.0, 1.0) * open + around(n) * ao;
  float lip = clamp((A.r - 1.9 * A.g) * 6.0, 0.0, 1.0) * soft * (1.0 - inner);
  float rough = mix(mix(0.52, 0.40, lip), 0.95, shirt);
  float f0 = 0.026 * (1.0 - 0.7 * shirt);
  float spec = s * mix(gloss(n, v, KEY, rough, f0), gloss(n, v, KEY, rough * 0.6, f0), 0.18);
  vec3 S = KEY_C * spec + FILL_C * gloss(n, v, FILL, rough, f0) * open
    + RIM_C * 0.5 * gloss(n, v, RIM, rough, f0) * open;
  float edge = f0 + (1.0 - f0) * pow(1.0 - max(dot(n, v), 0.0), 5.0) * 0.4;
  S += around(reflect(-v, n)) * edge * open * open * 0.5;
  colour = vec4(screen(A * E * 0.3183 + S * mix(1.0, 0.2, inner) * 0.7), 1.0);
}`;

/** Eyeballs: the lids' shadow from above, and a window in the cornea. */
export const EYE = /* glsl */ `${LIGHT}
uniform sampler2D skin; uniform vec4 centreL, centreR;
void main() {
  vec3 A = linear(texture(skin, at).rgb);
  A = mix(A, A * A, 0.10) * vec3(0.84, 0.82, 0.81);
  vec3 n = normalize(facing), v = normalize(eye - place);
  vec4 c = own.x > 0.0 ? centreL : centreR;
  vec3 q = (own - c.xyz) / c.w;
  float lid = smoothstep(0.62, -0.15, q.y) * smoothstep(-1.0, -0.35, q.y + 0.2);
  float corner = smoothstep(1.02, 0.45, abs(q.x));
  float open = mix(0.30, 1.0, lid) * mix(0.45, 1.0, corner);
  float s = shade(1.0);
  vec3 E = KEY_C * clamp((dot(n, KEY) + 0.3) / 1.3, 0.0, 1.0) * mix(0.5, 1.0, s) * open
    + FILL_C * clamp((dot(n, FILL) + 0.25) / 1.25, 0.0, 1.0) * open + around(n) * open;
  vec3 r = reflect(-v, n), right = normalize(cross(vec3(0.0, 1.0, 0.0), KEY)), up = cross(KEY, right);
  vec2 w = vec2(dot(r, right), dot(r, up));
  float box = smoothstep(0.20, 0.14, abs(w.x)) * smoothstep(0.24, 0.18, abs(w.y)) * step(0.0, dot(r, KEY));
  float f = 0.03 + 0.9 * pow(1.0 - max(dot(n, v), 0.0), 5.0);
  vec3 S = KEY_C * box * 8.0 * f * mix(0.4, 1.0, s) + around(r) * f * open;
  colour = vec4(screen(A * E * 0.3183 + S), 1.0);
}`;

/** Teeth, tongue: darker the deeper they lie. Brows and lashes: cut out by their picture. */
export const CARD = /* glsl */ `${LIGHT}
uniform sampler2D skin; uniform vec3 tint; uniform float tinted, wet, deep, strength;
void main() {
  vec4 T = texture(skin, at);
  float a = clamp((tinted > 0.5 ? T.a : 1.0) * strength, 0.0, 1.0);
  if (a < 0.04) discard;
  vec3 A = tinted > 0.5 ? tint : min(linear(T.rgb) * vec3(1.25, 1.2, 1.12), vec3(0.82));
  vec3 n = normalize(facing), v = normalize(eye - place);
  if (dot(n, v) < 0.0) n = -n;
  float s = shade(max(dot(n, KEY), 0.0));
  float back = smoothstep(deep - 0.42, deep - 0.02, own.z) * smoothstep(0.36, 0.12, abs(own.x));
  float open = tinted > 0.5 ? 1.0 : mix(0.06, 0.92, back);
  vec3 E = KEY_C * clamp((dot(n, KEY) + 0.35) / 1.35, 0.0, 1.0) * mix(0.35, 1.0, s)
    + FILL_C * clamp((dot(n, FILL) + 0.35) / 1.35, 0.0, 1.0) + around(n);
  vec3 S = (KEY_C * s * gloss(n, v, KEY, 0.32, 0.046) + FILL_C * gloss(n, v, FILL, 0.32, 0.046)) * wet;
  colour = vec4(screen((A * E * 0.3183 + S) * open), a);
}`;

/** Hair: a strand scatters light across its direction (Kajiya & Kay 1989), two lobes. */
export const HAIR_VERTEX = /* glsl */ `
in vec3 position; in vec3 normal; in vec3 along; in vec3 strand;
uniform mat4 projectionMatrix, viewMatrix, head, lightView; uniform float width;
out vec3 place, facing, run; out vec2 at; out vec4 more, lit; out vec3 own;
void main() {
  vec3 across = normalize(cross(along, normal));
  float taper = strand.y < 0.5 ? 1.0 : mix(1.0, 0.25, (strand.y - 0.5) * 2.0);
  vec3 p = position + across * strand.x * width * taper * 0.5;
  vec3 turned = (head * vec4(p, 1.0)).xyz;
  place = turned; facing = mat3(head) * normal; run = mat3(head) * along;
  at = vec2(strand.x, strand.y); more = vec4(strand.z); own = p;
  lit = lightView * vec4(turned, 1.0);
  gl_Position = projectionMatrix * viewMatrix * vec4(turned, 1.0);
}`;
export const HAIR = /* glsl */ `${LIGHT}
in vec3 run;
uniform vec3 tint; uniform float shine;
float lobe(vec3 t, vec3 l, vec3 v, float power) {
  float th = dot(t, normalize(l + v));
  return smoothstep(-0.6, 0.3, th + 0.3) * pow(sqrt(max(1.0 - th * th, 0.0)), power);
}
void main() {
  float a = smoothstep(1.0, 0.55, abs(at.x)) * smoothstep(1.02, 0.75, at.y) * smoothstep(-0.02, 0.05, at.y + 0.02);
  if (a < 0.08) discard;
  vec3 n = normalize(facing), v = normalize(eye - place), t = normalize(run);
  t = normalize(t + n * (fract(more.x * 13.0) - 0.5) * 0.5);
  float s = shadeOnce();
  float fine = fract(sin(floor((at.x + 1.0) * 1.6) * 12.9 + more.x * 78.2) * 43758.5);
  vec3 A = tint * mix(0.55, 1.5, more.x) * mix(0.6, 1.35, fine);
  float depth = mix(0.35, 1.0, smoothstep(0.0, 0.55, at.y)) * mix(0.7, 1.0, fract(more.x * 7.0));
  vec3 E = KEY_C * clamp(dot(n, KEY) * 0.7 + 0.3, 0.0, 1.0) * mix(0.25, 1.0, s)
    + FILL_C * clamp(dot(n, FILL) * 0.7 + 0.3, 0.0, 1.0) + RIM_C * clamp(dot(n, RIM) * 0.7 + 0.3, 0.0, 1.0) + around(n);
  vec3 white = mix(vec3(1.0), tint / max(max(tint.r, tint.g), tint.b), 0.35);
  vec3 S = white * 0.035 * shine * (KEY_C * s * lobe(t, KEY, v, 70.0) + FILL_C * lobe(t, FILL, v, 70.0) + RIM_C * lobe(t, RIM, v, 50.0));
  S += tint * 0.35 * shine * (KEY_C * s * lobe(normalize(t - n * 0.12), KEY, v, 22.0) + FILL_C * lobe(t, FILL, v, 22.0));
  colour = vec4(screen((A * E * 0.3183 * 1.6 + S) * depth), a);
}`;

/** Depth only, for the shadow. */
export const DEPTH = /* glsl */ `precision highp float; out vec4 colour; void main() { colour = vec4(1.0); }`;

/** The wall behind. */
export const WALL_VERTEX = /* glsl */ `
in vec3 position; out vec2 at;
void main() { at = position.xy * 0.5 + 0.5; gl_Position = vec4(position.xy, 0.9999, 1.0); }`;
export const WALL = /* glsl */ `precision highp float; in vec2 at; uniform vec3 wall; out vec4 colour;
void main() { vec2 q = at - vec2(0.5, 0.55); colour = vec4(wall * (1.06 - 0.42 * dot(q, q)), 1.0); }`;
