"""What follows from what happened in the business."""
