"""Where a face is: the nets, detection, mesh, head pose, tracks through the recording, roles.

``FaceTracker.push(frame)`` is the way in; everything it tells is in `unspoken.face.observation`.
"""
