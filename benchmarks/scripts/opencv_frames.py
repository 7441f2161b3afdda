"""Frames at an interval with OpenCV, by seeking. Arguments: source, interval, count, folder."""

import sys

import cv2

source, interval, count, folder = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
capture = cv2.VideoCapture(source)
for index in range(count):
    capture.set(cv2.CAP_PROP_POS_MSEC, index * interval * 1000)
    found, frame = capture.read()
    if found:
        small = cv2.resize(frame, (320, 240), interpolation=cv2.INTER_AREA)
        cv2.imwrite(f"{folder}/{index + 1:05d}.jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])
