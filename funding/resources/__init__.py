"""Tables to take along: the sheet as an Excel file, the numbers of a year as CSV. Names of persons stand in neither."""
